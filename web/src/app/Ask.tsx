/** A question before something is done that reaches the world: what is kept, what is lost. */

import { useEffect, useRef, useState, type ReactNode } from "react";

interface Props {
  title: string;
  /** The verb and its object, as the button says it. */
  does: string;
  /** What the other button says; it has the focus. */
  keeps: string;
  rows: readonly [string, ReactNode][];
  children: ReactNode;
  isReady?: boolean;
  act: () => Promise<void>;
  close: () => void;
}

export function Ask({ title, does, keeps, rows, children, isReady = true, act, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const [error, fail] = useState<Error | null>(null);
  const [isActing, begin] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    keep.current?.focus();
  }, []);
  const go = () => {
    if (isActing || !isReady) return;
    begin(true);
    act().then(
      () => dialog.current?.close(),
      (failure: unknown) => {
        fail(failure as Error);
        begin(false);
      },
    );
  };
  return (
    <dialog
      ref={dialog}
      className="ask"
      aria-label={title}
      onClose={close}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          go();
        }
      }}
    >
      <h1>{title}</h1>
      <div className="about">{children}</div>
      <dl>
        {rows.map(([name, said]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{said}</dd>
          </div>
        ))}
      </dl>
      {error && (
        <p className="alarm" role="alert">
          {error.message}
        </p>
      )}
      <div style={{ display: "flex", gap: 8 }}>
        <button className="button danger" disabled={isActing || !isReady} onClick={go}>
          {does}
          <kbd>Ctrl Enter</kbd>
        </button>
        <button ref={keep} className="button" onClick={() => dialog.current?.close()}>
          {keeps}
          <kbd>Esc</kbd>
        </button>
      </div>
    </dialog>
  );
}
