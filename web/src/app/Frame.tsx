/** The frame of every screen: where one can go, and what the server is. */

import { useEffect, type ReactNode } from "react";
import { link } from "./place";
import { runPlace, type Place } from "./route";
import { themes, useTheme } from "./theme";

export function Frame({ here, title, children }: { here: Place["screen"]; title: string; children: ReactNode }) {
  const [theme, choose] = useTheme();
  useEffect(() => {
    document.title = `${title} · superorganism`;
  }, [title]);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <div className="page">
      <header className="top">
        <a className="name" {...link({ screen: "runs", q: "" })}>
          superorganism
        </a>
        <nav aria-label="Screens">
          <a {...link({ screen: "runs", q: "" })} aria-current={here === "runs" || here === "run" ? "page" : undefined}>
            Runs
          </a>
          <a {...link({ screen: "alarms", q: "" })} aria-current={here === "alarms" || here === "alarm" ? "page" : undefined}>
            Alarms
          </a>
        </nav>
        <button className="button small" onClick={() => choose(next)} title={`Colours: ${theme}. Press for ${next}.`}>
          {theme}
        </button>
      </header>
      {children}
    </div>
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
