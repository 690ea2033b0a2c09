/** Single keys: they work outside text fields, one meaning each, listed under `?`. */

import { useEffect, useRef, useState } from "react";

export interface Key {
  /** As `KeyboardEvent.key` has it, with "Shift " before it where shift is held. */
  key: string;
  label: string;
  does: () => void;
  /** Left out of the foot, but listed under `?`. */
  quiet?: boolean;
}

export function nameOf(event: KeyboardEvent): string {
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = letter.length === 1 && letter >= "a" && letter <= "z";
  return event.shiftKey && (isLetter || letter.startsWith("Arrow")) ? `Shift ${letter}` : letter;
}

/** The keys that work now, screen by screen: the newest screen's are the last. */
const active: (readonly Key[])[] = [];

export const currentKeys = (): Key[] => active.flat().filter((key) => key.key !== "?");

const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.dataset.field !== undefined);

const isPressed = (target: EventTarget | null) => target instanceof HTMLElement && target.closest("button, a[href], summary, [role=option]") !== null;

export function useKeys(keys: readonly Key[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    active.push(keys);
    return () => void active.splice(active.indexOf(keys), 1);
  }, [keys]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (inField(event.target)) {
        if (event.key === "Escape" && (event.target as HTMLElement).dataset.field === undefined) (event.target as HTMLElement).blur();
        return;
      }
      const name = nameOf(event);
      // What has the focus is pressed by Enter and Space, whatever they mean elsewhere.
      if ((name === "Enter" || name === " ") && isPressed(event.target)) return;
      const key = latest.current.find((each) => each.key === name);
      if (!key) return;
      event.preventDefault();
      key.does();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

const SAID: Record<string, string> = { ArrowLeft: "←", ArrowRight: "→", "Shift ArrowLeft": "Shift ←", "Shift ArrowRight": "Shift →", " ": "Space", Escape: "Esc" };
export const said = (key: string) => SAID[key] ?? key;

/** The foot of the page: the keys that work here, and what stands at the right. */
export function Foot({ keys, children }: { keys: readonly Key[]; children?: React.ReactNode }) {
  const [isOpen, open] = useState(false);
  useKeys([{ key: "?", label: "all keys", does: () => open(true) }]);
  return (
    <footer className="foot">
      {keys.filter((key) => !key.quiet).map((key) => (
        <span key={key.key}>
          <kbd>{said(key.key)}</kbd>
          {key.label}
        </span>
      ))}
      <span className="grow" />
      <span>{children}</span>
      <span>
        <kbd>?</kbd>all keys
      </span>
      {isOpen && <AllKeys keys={keys} close={() => open(false)} />}
    </footer>
  );
}

function AllKeys({ keys, close }: { keys: readonly Key[]; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()} aria-label="All keys">
      <h1>Keys on this screen</h1>
      <table>
        <tbody>
          {keys.map((key) => (
            <tr key={key.key}>
              <td>
                <kbd>{said(key.key)}</kbd>
              </td>
              <td>{key.label}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim small">They work outside text fields. Esc closes this.</p>
    </dialog>
  );
}
