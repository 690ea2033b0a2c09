/** `Ctrl K`: go anywhere, and do what can be done here. */

import { useEffect, useMemo, useRef, useState } from "react";
import { get, type RunPage, type Scenarios, type StudyPage } from "../api/client";
import { currentKeys, said } from "./keys";
import { go } from "./place";
import { runPlace, type Place } from "./route";

interface Choice {
  name: string;
  about: string;
  does: () => void;
}

const MOST = 12;

export function Palette() {
  const [isOpen, open] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !document.querySelector("dialog[open]")) {
        event.preventDefault();
        open(true);
      }
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <button className="button small" onClick={() => open(true)}>
        Go to or do…<kbd>Ctrl K</kbd>
      </button>
      {isOpen && <Choices close={() => open(false)} />}
    </>
  );
}

function Choices({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, write] = useState("");
  const [at, choose] = useState(0);
  const here = useMemo(() => doings(), []);
  const [there, found] = useState<readonly Choice[]>([]);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    const leaving = new AbortController();
    places(leaving.signal).then(found, () => {});
    return () => leaving.abort();
  }, []);
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return [...here, ...SCREENS, ...there].filter((each) => words.every((word) => `${each.name} ${each.about}`.toLowerCase().includes(word))).slice(0, MOST);
  }, [text, here, there]);
  const chosen = Math.min(at, shown.length - 1);
  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    dialog.current?.close();
    choice.does();
  };
  return (
    <dialog ref={dialog} className="palette" onClose={close} onClick={(event) => event.target === dialog.current && dialog.current?.close()} aria-label="Go to or do">
      <input
        className="field"
        autoFocus
        value={text}
        placeholder="a run, a scenario, a study, or what to do here"
        aria-label="Go to or do"
        role="combobox"
        aria-expanded="true"
        aria-controls="choices"
        aria-activedescendant={shown.length ? `choice-${chosen}` : undefined}
        onChange={(event) => {
          write(event.target.value);
          choose(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") choose(Math.min(chosen + 1, shown.length - 1));
          else if (event.key === "ArrowUp") choose(Math.max(0, chosen - 1));
          else if (event.key === "Enter") take(shown[chosen]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="choices" role="listbox" aria-label="Choices">
        {shown.map((each, number) => (
          <li key={`${each.name}${number}`} id={`choice-${number}`} role="option" aria-selected={number === chosen} onClick={() => take(each)}>
            <span>{each.name}</span>
            <span className="dim cut">{each.about}</span>
          </li>
        ))}
      </ul>
      {!shown.length && <p className="dim">Nothing fits “{text}”.</p>}
    </dialog>
  );
}

const SCREENS: readonly Choice[] = [
  visit("Runs", "every run of this store", { screen: "runs", q: "" }),
  visit("Alarms", "of the newest runs", { screen: "alarms", q: "" }),
  visit("Approvals", "calls that wait for you", { screen: "approvals", run: null, call: null }),
  visit("Scenarios", "look at them, write one, run it", { screen: "scenarios" }),
  visit("Compare", "monitors at the same false-alarm rate", { screen: "compare", study: null, runs: [], pick: null }),
];

function visit(name: string, about: string, to: Place): Choice {
  return { name, about, does: () => go(to) };
}

/** What the keys of this screen do, by name. */
function doings(): Choice[] {
  return currentKeys().map((key) => ({ name: key.label, about: `here: ${said(key.key)}`, does: key.does }));
}

async function places(signal: AbortSignal): Promise<Choice[]> {
  const [runs, scenarios, studies] = await Promise.all([get<RunPage>("/v1/runs?limit=200", signal), get<Scenarios>("/v1/scenarios", signal), get<StudyPage>("/v1/studies?limit=200", signal)]);
  return [
    ...runs.items.map((run) => visit(run.run, `run of ${run.scenario}, seed ${run.seed}`, runPlace(run.run))),
    ...scenarios.items.map((each) => visit(each.name, `scenario: ${each.about}`, { screen: "scenario", name: each.name })),
    ...studies.items.map((each) => visit(each.study, `study of ${each.scenario}`, { screen: "compare", study: each.study, runs: [], pick: null })),
  ];
}
