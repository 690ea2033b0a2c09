/** Scenarios: those that come with the program, and those that are being written in this browser. */

import { lazy, Suspense, useMemo, useState } from "react";
import type { Scenarios as Listed } from "../api/client";
import { useResource } from "../api/resource";
import { Fault, Frame } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { go, link } from "../app/place";
import { drafts } from "../edit/drafts";
import { whole } from "../run/words";

const Editor = lazy(() => import("./Editor"));

/** What a scenario is called that nobody has named yet. */
export const UNNAMED = "new";

export function Scenario({ name }: { name: string }) {
  return (
    <Frame here="scenario" title={name}>
      <Suspense fallback={<main className="empty">reading…</main>}>
        <Editor key={name} name={name} />
      </Suspense>
    </Frame>
  );
}

export function Scenarios() {
  const [listed, error] = useResource<Listed>("/v1/scenarios");
  const [chosen, choose] = useState(0);
  const own = useMemo(() => drafts(), []);
  const rows = useMemo(() => {
    const known = listed?.items ?? [];
    const mine = own.filter((draft) => !known.some((each) => each.name === draft.name)).map((draft) => ({ name: draft.name, version: 0, about: "written in this browser" }));
    return [...mine, ...known];
  }, [listed, own]);
  const open = (at: number) => rows[at] && go({ screen: "scenario", name: rows[at].name });
  const keys: Key[] = [
    { key: "j", label: "next", does: () => choose(Math.min(chosen + 1, rows.length - 1)) },
    { key: "k", label: "previous", does: () => choose(Math.max(0, chosen - 1)) },
    { key: "Enter", label: "open", does: () => open(chosen) },
    { key: "n", label: "new scenario", does: () => go({ screen: "scenario", name: UNNAMED }) },
  ];
  useKeys(keys);
  return (
    <Frame here="scenarios" title="Scenarios">
      <main style={{ overflow: "auto" }}>
        <div className="bar">
          <h1>Scenarios</h1>
          <span className="dim">open one, change it, run it; what comes with the program stays as it is</span>
          <span className="grow" />
          <button className="button" onClick={() => go({ screen: "scenario", name: UNNAMED })}>
            New scenario<kbd>n</kbd>
          </button>
        </div>
        {error && <Fault error={error} />}
        <ul className="listed">
          {rows.map((each, number) => (
            <li key={each.name}>
              <a className="bar" aria-current={number === chosen ? "true" : undefined} {...link({ screen: "scenario", name: each.name })}>
                <span className="strong" style={{ width: 220 }}>
                  {each.name}
                </span>
                <span className="dim" style={{ width: 28 }}>{each.version ? `v${each.version}` : ""}</span>
                {own.some((draft) => draft.name === each.name) && <span className="tag">edited here</span>}
                <span className="dim cut grow">{each.about}</span>
              </a>
            </li>
          ))}
        </ul>
      </main>
      <Foot keys={keys}>{listed ? `${whole(listed.items.length)} in the catalogue` : "reading…"}</Foot>
    </Frame>
  );
}
