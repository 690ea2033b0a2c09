/** The frame of every screen: where one can go, what waits there, and what the server asks. */

import { useEffect, useRef, useState, type ReactNode } from "react";
import { asked, keep } from "../api/key";
import { listen, newAlarms, waiting } from "./news";
import { Palette } from "./Palette";
import { link } from "./place";
import { runPlace, type Place } from "./route";
import { useStore } from "./store";
import { themes, useTheme } from "./theme";

const SCREENS: readonly { name: string; to: Place; here: readonly Place["screen"][] }[] = [
  { name: "Runs", to: { screen: "runs", q: "" }, here: ["runs", "run"] },
  { name: "Alarms", to: { screen: "alarms", q: "" }, here: ["alarms", "alarm"] },
  { name: "Approvals", to: { screen: "approvals", run: null, call: null }, here: ["approvals"] },
  { name: "Scenarios", to: { screen: "scenarios" }, here: ["scenarios", "scenario"] },
  { name: "Compare", to: { screen: "compare", study: null, runs: [], pick: null }, here: ["compare"] },
];

export function Frame({ here, title, children }: { here: Place["screen"]; title: string; children: ReactNode }) {
  const [theme, choose] = useTheme();
  const held = useStore(waiting)?.length ?? 0;
  const alarms = useStore(newAlarms);
  useEffect(listen, []);
  useEffect(() => {
    document.title = `${title} · superorganism`;
  }, [title]);
  useEffect(() => {
    if (here === "alarms" || here === "alarm") newAlarms.set(0);
  }, [here, alarms]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const news: Record<string, ReactNode> = {
    Alarms: alarms > 0 && <span className="tag alarm">{alarms} new</span>,
    Approvals: held > 0 && <span className="tag hold">{held}</span>,
  };
  return (
    <div className="page">
      <header className="top">
        <a className="name" {...link({ screen: "runs", q: "" })}>
          superorganism
        </a>
        <nav aria-label="Screens">
          {SCREENS.map(({ name, to, here: those }) => (
            <a key={name} {...link(to)} aria-current={those.includes(here) ? "page" : undefined}>
              {name} {news[name]}
            </a>
          ))}
        </nav>
        <Announcer held={held} alarms={alarms} />
        <button className="button small" onClick={() => choose(next)} title={`Colours: ${theme}. Press for ${next}.`}>
          {theme}
        </button>
        <Palette />
      </header>
      {children}
      <SignIn />
    </div>
  );
}

const QUIET_MS = 5000;

/** Says what is new to whoever does not see it, at most once in five seconds. */
function Announcer({ held, alarms }: { held: number; alarms: number }) {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => {
      const parts = [alarms ? `${alarms} new alarms` : "", held ? `${held} calls wait for approval` : ""];
      say(parts.filter(Boolean).join(", "));
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [held, alarms]);
  return (
    <span className="hidden" aria-live="polite">
      {said}
    </span>
  );
}

/** Asks for a key where the service wants one; it stays in this tab, and never in an address. */
function SignIn() {
  const why = useStore(asked);
  const dialog = useRef<HTMLDialogElement>(null);
  const [key, write] = useState("");
  useEffect(() => {
    if (why !== null && !dialog.current?.open) dialog.current?.showModal();
  }, [why]);
  if (why === null) return null;
  return (
    <dialog ref={dialog} aria-labelledby="signin">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          keep(key);
          location.reload();
        }}
      >
        <h1 id="signin">This service asks for a key</h1>
        <p className="dim" style={{ margin: "8px 0", maxWidth: "56ch" }}>
          {why}. On its machine: <code className="mono">superorganism keys new NAME --scope read</code>. The key is kept in this tab until you close it.
        </p>
        <input className="field" style={{ width: "100%" }} type="password" autoComplete="off" value={key} aria-label="Key" onChange={(event) => write(event.target.value)} />
        <p style={{ marginTop: 12 }}>
          <button className="button main" disabled={!key.trim()}>
            Use this key
          </button>
        </p>
      </form>
    </dialog>
  );
}

/** What went wrong with what was asked: what happened, what it means, what to do. */
export function Fault({ error }: { error: Error }) {
  return (
    <div className="notice error" role="alert">
      {error.message}
    </div>
  );
}

export const openRun = (run: string) => link(runPlace(run));
