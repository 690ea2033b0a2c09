/** The notebook at the end of a round: what stood in it, where each version came from, who read it. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { Changes, NoteInFull, NotePage } from "../api/client";
import { useResource } from "../api/resource";
import { Fault } from "../app/Frame";
import { useKeys } from "../app/keys";
import { link } from "../app/place";
import { runPlace } from "../app/route";
import { useAsked, type FaceProps } from "../run/face";
import { shown, whole } from "../run/words";
import { Rule } from "./Rule";

const MOST = 500;

export default function Notes(face: FaceProps) {
  const { place, move } = face;
  const at = useAsked(face);
  const [query, ask] = useState("");
  const [text, write] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const path = `/v1/runs/${encodeURIComponent(place.run)}/notes`;
  const search = query ? `&query=${encodeURIComponent(query)}` : "";
  const [page, error] = useResource<NotePage>(`${path}?at=${at}&limit=${MOST}${search}`);
  const notes = page?.items ?? [];
  const chosen = place.node ?? notes[0]?.note ?? null;
  const step = (way: 1 | -1) => {
    const next = notes[notes.findIndex((each) => each.note === chosen) + way];
    if (next) move({ node: next.note });
  };
  useKeys([
    { key: "j", label: "next note", does: () => step(1) },
    { key: "k", label: "note before", does: () => step(-1) },
    { key: "/", label: "search notes", does: () => field.current?.focus() },
  ]);
  return (
    <div className="twofold">
      <section aria-label="Notes">
        <form
          className="filter"
          onSubmit={(event) => {
            event.preventDefault();
            ask(text.trim());
          }}
        >
          <input ref={field} className="field" value={text} placeholder="search the notes as they stood then" aria-label="Search notes" onChange={(event) => write(event.target.value)} />
          <span className="dim small">
            {whole(notes.length)} notes{page?.next_after ? `, the first ${MOST}` : ""}
          </span>
        </form>
        {error && <Fault error={error} />}
        {page && !notes.length && <p className="empty">{query ? `No note says “${query}” at the end of round ${whole(at)}.` : `No note was written by the end of round ${whole(at)}.`}</p>}
        <table className="plain">
          <tbody>
            {notes.map((each) => (
              <tr key={each.note} aria-selected={each.note === chosen} onClick={() => move({ node: each.note })}>
                <td>
                  <button className="plainlink mono" onClick={() => move({ node: each.note })}>
                    {each.note}
                  </button>{" "}
                  <span className="dim">v{each.version}</span>
                </td>
                <td className="strong cut">
                  <bdi>{shown(each.name)}</bdi>
                </td>
                <td className="dim">{each.owner}</td>
                <td className="dim">{each.claim.replaceAll("_", " ")}</td>
                <td className="num">{whole(each.readings)} reads</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <aside aria-label="The chosen note">{chosen && <OneNote key={chosen} run={place.run} path={path} note={chosen} at={at} />}</aside>
    </div>
  );
}

function OneNote({ run, path, note, at }: { run: string; path: string; note: string; at: number }) {
  const [full, error] = useResource<NoteInFull>(`${path}/${encodeURIComponent(note)}?at=${at}`);
  const [version, choose] = useState<number | null>(null);
  const [asking, ask] = useState(false);
  const newest = full?.versions.at(-1);
  const one = full?.versions.find((each) => each.version === version) ?? newest;
  const [changes] = useResource<Changes>(one && one.version > 1 ? `${path}/${encodeURIComponent(note)}/diff?at=${at}&before=${one.version - 1}&after=${one.version}` : null);
  const readers = useMemo(() => new Set(full?.readings.map((each) => each.worker)).size, [full]);
  useEffect(() => choose(null), [note]);
  if (error) return <Fault error={error} />;
  if (!full || !one) return <p className="empty">reading…</p>;
  return (
    <>
      <div className="panelhead">
        <h2>
          <span style={{ color: "var(--ok)" }}>●</span> <span className="mono">{note}</span> <bdi>“{shown(one.name)}”</bdi>
        </h2>
      </div>
      <div style={{ padding: 12 }}>
        <dl className="facts">
          <dt>version</dt>
          <dd>
            {full.versions.map((each) => (
              <button key={each.version} className="button small" aria-pressed={each.version === one.version} onClick={() => choose(each.version)}>
                v{each.version}
              </button>
            ))}{" "}
            <span className="dim">of {one.owner}&apos;s drawer</span>
          </dd>
          <dt>written by</dt>
          <dd>
            <a className="mono" {...link(runPlace(run, { event: one.seq, worker: one.worker }))}>
              {one.agent ?? "the world"}
            </a>
            , seq {whole(one.seq)}
          </dd>
          <dt>claim</dt>
          <dd>{one.claim.replaceAll("_", " ")}</dd>
          <dt>made from</dt>
          <dd className="mono">{one.parents.length ? one.parents.map((each) => `${each.note} v${each.version}`).join(", ") : "nothing it names"}</dd>
          <dt>read</dt>
          <dd>
            {whole(full.readings.length)} times, by {whole(readers)} workers
          </dd>
        </dl>
        <div className="said">{shown(one.text)}</div>
        {changes && changes.lines.length > 0 && (
          <>
            <h2 style={{ marginTop: 12 }}>
              From v{changes.before} to v{changes.after}
            </h2>
            <div className="said diff">
              {changes.lines.map((line, number) => (
                <div key={number} className={line.startsWith("+") ? "added" : line.startsWith("-") ? "gone" : ""}>
                  {shown(line) || " "}
                </div>
              ))}
            </div>
          </>
        )}
        <p style={{ margin: "12px 0" }}>
          <button className="button" onClick={() => ask(true)}>
            Quarantine {note}…
          </button>
        </p>
        <h2>Who read it</h2>
        <ol className="movements">
          {[...full.readings].reverse().slice(0, 60).map((each) => (
            <li key={each.seq}>
              <a className="mono num" {...link(runPlace(run, { at: each.round, event: each.seq, worker: each.worker }))}>
                {whole(each.seq)}
              </a>
              <span style={{ color: "var(--ok)" }}>○</span>
              <span>
                <span className="mono">{each.agent ?? "the world"}</span> <span className="dim">v{each.version}, round {whole(each.round)}</span>
              </span>
            </li>
          ))}
        </ol>
      </div>
      {asking && <Rule run={run} act="quarantine" to={note} close={() => ask(false)} />}
    </>
  );
}
