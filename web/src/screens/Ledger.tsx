/** The books at the end of a round: every account, and what moved through the one that is chosen. */

import { useMemo } from "react";
import type { Books, MovementPage } from "../api/client";
import { useResource } from "../api/resource";
import { Fault } from "../app/Frame";
import { useKeys } from "../app/keys";
import { link } from "../app/place";
import { runPlace } from "../app/route";
import { useAsked, type FaceProps } from "../run/face";
import { amount, whole } from "../run/words";

const SHOWN = 200;

export default function Ledger(face: FaceProps) {
  const { live, place, move } = face;
  const at = useAsked(face);
  const { model } = live;
  const path = `/v1/runs/${encodeURIComponent(place.run)}`;
  const [books, error] = useResource<Books>(`${path}/ledger?at=${at}`);
  const owners = useMemo(() => byOwner(books), [books]);
  const chosen = place.node ?? owners[0]?.owner ?? null;
  const [moved] = useResource<MovementPage>(chosen === null ? null : `${path}/transfers?at=${at}&limit=${SHOWN}&newest=true&owner=${encodeURIComponent(chosen)}`);
  const step = (way: 1 | -1) => {
    const next = owners[owners.findIndex((each) => each.owner === chosen) + way];
    if (next) move({ node: next.owner });
  };
  useKeys([
    { key: "j", label: "next account", does: () => step(1) },
    { key: "k", label: "account before", does: () => step(-1) },
  ]);
  const newest = [...(moved?.items ?? [])].reverse();
  return (
    <div className="twofold">
      <section aria-label="Accounts">
        <div className="panelhead">
          <h2>Accounts at the end of round {whole(at)}</h2>
          <span className="dim small">recomputed from every movement before it; debits and credits balance</span>
        </div>
        {error && <Fault error={error} />}
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">owner</th>
              <th scope="col">resource</th>
              <th scope="col" className="num">holds</th>
              <th scope="col" className="num">set aside</th>
              <th scope="col" className="num">came in</th>
              <th scope="col" className="num">went out</th>
            </tr>
          </thead>
          <tbody>
            {owners.flatMap((owner) =>
              owner.lines.map((line, number) => (
                <tr key={`${line.owner}/${line.resource}`} aria-selected={owner.owner === chosen} onClick={() => move({ node: owner.owner })}>
                  <td>
                    {number === 0 && (
                      <button className="plainlink" onClick={() => move({ node: owner.owner })}>
                        {owner.owner}
                      </button>
                    )}
                    {number === 0 && line.is_outside && <span className="dim small"> outside the fleet</span>}
                  </td>
                  <td className="dim">{line.resource}</td>
                  <td className="num strong">{line.is_outside ? "–" : amount(line.balance, line.resource, model)}</td>
                  <td className={`num ${line.pending ? "hold" : "dim"}`}>{line.pending ? amount(line.pending, line.resource, model) : "none"}</td>
                  <td className="num">{amount(line.credits, line.resource, model)}</td>
                  <td className="num">{amount(line.debits, line.resource, model)}</td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </section>
      <aside aria-label="Movements">
        <div className="panelhead">
          <h2>Through {chosen ?? "…"}</h2>
          <span className="dim small">newest first{moved && moved.items.length >= SHOWN ? `, the last ${SHOWN}` : ""}</span>
        </div>
        <ol className="movements">
          {newest.map((each) => (
            <li key={each.seq}>
              <a className="mono num" {...link(runPlace(place.run, { at: each.round, event: each.seq, worker: each.worker }))}>
                {whole(each.seq)}
              </a>
              <span className={each.state === "posted" ? "dim" : "hold"}>{each.state === "posted" ? "⇄" : "‖"}</span>
              <span>
                {each.purpose.replaceAll("_", " ")} <span className="dim">round {whole(each.round)}{each.state === "posted" ? "" : `, ${each.state}`}</span>
                {each.legs.map((leg, number) => (
                  <span key={number} className="mono" style={{ display: "block" }}>
                    {leg.debit} → {leg.credit} {amount(leg.amount, leg.resource, model)}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ol>
        {moved && !newest.length && <p className="empty">Nothing has moved through {chosen} by then.</p>}
      </aside>
    </div>
  );
}

interface Owned {
  owner: string;
  lines: Books["accounts"];
}

/** Accounts by owner: the project first, then workers by name, then what lies outside. */
function byOwner(books: Books | null): Owned[] {
  const found = new Map<string, Owned>();
  for (const line of books?.accounts ?? []) {
    const owned = found.get(line.owner) ?? { owner: line.owner, lines: [] };
    owned.lines.push(line);
    found.set(line.owner, owned);
  }
  const rank = (owned: Owned) => (owned.owner === "project" ? 0 : owned.lines.some((line) => line.is_outside) ? 2 : 1);
  return [...found.values()].sort((a, b) => rank(a) - rank(b) || a.owner.localeCompare(b.owner, undefined, { numeric: true }));
}

