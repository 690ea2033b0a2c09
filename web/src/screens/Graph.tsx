/** Who read what, and where did it go: three fixed columns, so that time can move while nodes do not. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { NoteInFull } from "../api/client";
import { useResource } from "../api/resource";
import { useKeys } from "../app/keys";
import { link } from "../app/place";
import { runPlace } from "../app/route";
import { useAsked, type FaceProps } from "../run/face";
import { difference, graphOf, type Band, type Graph as Drawn, type GraphEdge, type GraphNode } from "../run/graph";
import { amount, percent, shown, whole } from "../run/words";
import { Rule, type Act } from "./Rule";

const HEAD = 24;

export default function Graph({ live, place, at, move }: FaceProps) {
  const { model } = live;
  const version = live.version.get();
  const graph = useMemo(() => graphOf(model, at), [model, at, version]);
  const columns = [graph.notes, graph.agents, graph.accounts];
  const chosen = place.node;
  const [asking, ask] = useState<[Act, string] | null>(null);
  const choose = (node: string | null) => move({ node });
  const walk = (way: 1 | -1) => {
    const column = columns.find((each) => each.some((node) => node.id === chosen)) ?? columns.find((each) => each.length) ?? [];
    const now = column.findIndex((node) => node.id === chosen);
    const next = column[now < 0 ? 0 : Math.min(column.length - 1, Math.max(0, now + way))];
    if (next) choose(next.id);
  };
  const aside = () => {
    const now = columns.findIndex((each) => each.some((node) => node.id === chosen));
    for (let step = 1; step <= columns.length; step++) {
      const column = columns[(now + step) % columns.length];
      if (column?.length) return choose(column[0]!.id);
    }
  };
  const note = chosen?.startsWith("note/") && chosen !== "note/*" ? chosen.slice(5) : null;
  const worker = chosen?.startsWith("agent/") && chosen !== "agent/*" ? chosen.slice(6) : chosen?.startsWith("account/w") ? chosen.slice(8) : null;
  const keys = [
    { key: "ArrowUp", label: "node above", does: () => walk(-1) },
    { key: "ArrowDown", label: "node below", does: () => walk(1) },
    { key: ".", label: "next column", does: aside },
    ...(note ? [{ key: "q", label: `quarantine ${note}`, does: () => ask(["quarantine", note]) }] : []),
    ...(worker ? [{ key: "f", label: `freeze ${worker}`, does: () => ask(["freeze", worker]) }, { key: "h", label: `hold ${worker}`, does: () => ask(["hold", worker]) }] : []),
  ];
  useKeys(keys);
  return (
    <div className="twofold graphed">
      <section aria-label="Graph">
        <div className="panelhead">
          <h2>Rounds {whole(graph.since)} to {whole(at)}</h2>
          <span className="dim small">
            <span style={{ color: "var(--ok)" }}>━</span> read <span style={{ color: "var(--ok)" }}>┅</span> wrote <span style={{ color: "var(--faint)" }}>━</span> acquired <span style={{ color: "var(--over)" }}>━</span> kept above need; width is amount
          </span>
        </div>
        <Picture graph={graph} chosen={chosen} choose={choose} />
      </section>
      <aside aria-label="The chosen node">
        {note ? (
          <NoteSide key={note} live={live} place={place} note={note} at={at} quarantine={() => ask(["quarantine", note])} open={() => move({ face: "notes", node: note })} />
        ) : worker ? (
          <WorkerSide live={live} place={place} at={at} worker={worker} ask={(act) => ask([act, worker])} />
        ) : (
          <p className="empty">
            Choose a note, an agent or an account: what it touches lights up, one step each way. {graph.noteCount ? `${whole(graph.noteCount)} notes were written or read in this generation.` : "No note was written or read in this generation."}
          </p>
        )}
      </aside>
      {asking && <Rule run={place.run} act={asking[0]} to={asking[1]} close={() => ask(null)} />}
    </div>
  );
}

interface Spot {
  node: GraphNode;
  x: number;
  y: number;
}

function Picture({ graph, chosen, choose }: { graph: Drawn; chosen: string | null; choose: (node: string | null) => void }) {
  const box = useRef<HTMLDivElement>(null);
  const [size, measure] = useState({ width: 900, height: 560 });
  useEffect(() => {
    const node = box.current!;
    const watching = new ResizeObserver(() => measure({ width: node.clientWidth, height: node.clientHeight }));
    watching.observe(node);
    return () => watching.disconnect();
  }, []);
  const { width } = size;
  const height = Math.max(size.height, HEAD + 20 * Math.max(graph.notes.length, graph.agents.length, graph.accounts.length, 8));
  const spots = useMemo(() => {
    const found = new Map<string, Spot>();
    const column = (nodes: readonly GraphNode[], x: number) => nodes.forEach((node, number) => found.set(node.id, { node, x, y: HEAD + ((number + 0.5) * (height - HEAD)) / nodes.length }));
    column(graph.notes, Math.min(184, width * 0.22));
    column(graph.agents, width * 0.52);
    column(graph.accounts, width - Math.min(200, width * 0.24));
    return found;
  }, [graph, width, height]);
  const near = useMemo(() => neighbours(graph.edges, chosen), [graph, chosen]);
  const lit = (edge: GraphEdge) => !chosen || edge.from === chosen || edge.to === chosen;
  // What is lit lies on top.
  const edges = [...graph.edges].sort((a, b) => Number(lit(a)) - Number(lit(b)));
  return (
    <div ref={box} className="graph">
      <svg width={width} height={height} role="group" aria-label={`${graph.notes.length} notes, ${graph.agents.length} agents, ${graph.accounts.length} accounts`} onClick={() => choose(null)}>
        <g className="edges" aria-hidden="true">
          {edges.map((edge) => {
            const [from, to] = [spots.get(edge.from), spots.get(edge.to)];
            return from && to ? <path key={`${edge.from}${edge.to}${edge.kind}`} className={`${edge.kind} ${lit(edge) ? (chosen ? "lit" : "") : "faint"}`} d={curve(from, to)} strokeWidth={0.6 + edge.weight * (edge.kind === "kept" ? 4 : 2)} /> : null;
          })}
        </g>
        <text className="columnhead" x={spots.get(graph.notes[0]?.id ?? "")?.x ?? 184} y={14} textAnchor="end">
          Notes, {graph.noteCount}
        </text>
        <text className="columnhead" x={width * 0.52} y={14} textAnchor="middle">
          Agents
        </text>
        <text className="columnhead" x={width - Math.min(200, width * 0.24)} y={14}>
          Accounts
        </text>
        {[...spots.values()].map(({ node, x, y }) => (
          <g key={node.id} className={`node ${node.id === chosen ? "chosen" : ""} ${chosen && node.id !== chosen && !near.has(node.id) ? "faint" : ""}`} role="button" tabIndex={-1} aria-pressed={node.id === chosen} aria-label={`${node.name}, ${node.about || node.column}`} onClick={(event) => (event.stopPropagation(), choose(node.id === chosen ? null : node.id))}>
            {node.column === "note" && (
              <>
                <circle cx={x} cy={y} r={3 + 4 * node.size} className="note" />
                <text x={x - 12} y={y - 2} textAnchor="end" className="strong">
                  {clip(node.name)}
                </text>
                <text x={x - 12} y={y + 10} textAnchor="end" className="about">
                  {node.about}
                </text>
              </>
            )}
            {node.column === "agent" && (
              <>
                <rect x={x - 34} y={y - 8} width={68} height={16} rx={3} className={node.about ? "agent gone" : "agent"} />
                <text x={x} y={y + 4} textAnchor="middle" className="mono">
                  {node.isAlarmed ? "▲ " : ""}
                  {node.name}
                </text>
              </>
            )}
            {node.column === "account" && (
              <>
                <rect x={x - 8} y={y - 4 - 5 * node.size} width={14} height={8 + 10 * node.size} className={node.isOver ? "account over" : "account"} />
                <text x={x + 14} y={y - 2} className="strong">
                  {node.name}
                  {node.isAlarmed ? " ▲" : ""}
                </text>
                <text x={x + 14} y={y + 10} className="about">
                  {node.about}
                </text>
              </>
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

const clip = (name: string) => (name.length > 24 ? `${shown(name).slice(0, 23)}…` : shown(name));

function curve(from: Spot, to: Spot): string {
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  const a = left.x + (left.node.column === "agent" ? 34 : 6);
  const b = right.x - (right.node.column === "agent" ? 34 : 8);
  const middle = (a + b) / 2;
  return `M${a},${left.y}C${middle},${left.y} ${middle},${right.y} ${b},${right.y}`;
}

function neighbours(edges: readonly GraphEdge[], chosen: string | null): ReadonlySet<string> {
  const found = new Set<string>();
  for (const edge of edges) {
    if (edge.from === chosen) found.add(edge.to);
    if (edge.to === chosen) found.add(edge.from);
  }
  return found;
}

const FEW = 4;

function NoteSide({ live, place, note, at, quarantine, open }: { live: FaceProps["live"]; place: FaceProps["place"]; note: string; at: number; quarantine: () => void; open: () => void }) {
  const { model } = live;
  const { run } = place;
  const settled = useAsked({ live, place, at });
  const [full] = useResource<NoteInFull>(`/v1/runs/${encodeURIComponent(run)}/notes/${encodeURIComponent(note)}?at=${settled}`);
  const { readers, others } = useMemo(() => difference(model, note, at), [model, note, at, live.version.get()]);
  const newest = full?.versions.at(-1);
  const tooFew = (readers?.workers ?? 0) < FEW || (others?.workers ?? 0) < FEW;
  const apart = readers && others && !tooFew && (readers.low > others.high || others.low > readers.high);
  return (
    <div style={{ padding: 12 }}>
      <h2>
        <span style={{ color: "var(--ok)" }}>●</span> <span className="mono">{note}</span> <bdi>“{shown(newest?.name ?? model.notes.get(note)?.name ?? "")}”</bdi>
      </h2>
      {newest && (
        <>
          <dl className="facts">
            <dt>version</dt>
            <dd>
              {newest.version}, in {newest.owner}&apos;s drawer
            </dd>
            <dt>written by</dt>
            <dd>
              <a className="mono" {...link(runPlace(run, { event: newest.seq, worker: newest.worker }))}>
                {newest.agent ?? "the world"}
              </a>
              , seq {whole(newest.seq)}
            </dd>
            <dt>claim</dt>
            <dd>{newest.claim.replaceAll("_", " ")}</dd>
            <dt>made from</dt>
            <dd className="mono">{newest.parents.length ? newest.parents.map((each) => `${each.note} v${each.version}`).join(", ") : "nothing it names"}</dd>
          </dl>
          <div className="said">{shown(newest.text)}</div>
        </>
      )}
      <h2 style={{ marginTop: 16 }}>Do readers behave differently?</h2>
      {model.need.at(at) > 0 ? (
        <>
          <Forest rows={[["readers", readers], ["others", others]]} />
          <p className="dim small">
            Acquired beyond need in this generation, mean over workers, 95% interval (t).{" "}
            {tooFew ? "Too few on one side to tell: the note is a lead, not proof." : apart ? "The intervals do not meet. That is no proof that the note did it: who reads may differ in other ways." : "The intervals meet: no difference can be told."}
          </p>
        </>
      ) : (
        <p className="dim small">Nothing is needed in this round, so there is nothing to compare.</p>
      )}
      <p style={{ display: "flex", gap: 8, marginTop: 12 }}>
        <button className="button" onClick={open}>
          History and diff
        </button>
        <button className="button" onClick={quarantine}>
          Quarantine…<kbd>q</kbd>
        </button>
      </p>
    </div>
  );
}

/** A few means with their intervals on one scale, and the line at which need is met. */
function Forest({ rows }: { rows: readonly (readonly [string, Band | null])[] }) {
  const finite = rows.flatMap(([, band]) => (band ? [band.low, band.high, band.mean] : [])).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite) - 0.02, Math.max(0, ...finite) + 0.02];
  const x = (value: number) => 56 + ((Math.min(high, Math.max(low, value)) - low) / (high - low)) * 180;
  return (
    <svg width={320} height={20 * rows.length + 18} role="img" aria-label={rows.map(([name, band]) => `${name}: ${band ? percent(band.mean, true) : "none"}`).join("; ")} className="forest">
      <line x1={x(0)} x2={x(0)} y1={0} y2={20 * rows.length} className="need" />
      <text x={x(0)} y={20 * rows.length + 12} textAnchor="middle">
        need
      </text>
      {rows.map(([name, band], number) => (
        <g key={name} transform={`translate(0 ${20 * number + 10})`}>
          <text x={0} y={4}>
            {name}
          </text>
          {band ? (
            <>
              <line x1={x(band.low)} x2={x(band.high)} className={band.low > 0 ? "over" : "band"} />
              <circle cx={x(band.mean)} r={4} className={band.low > 0 ? "over" : "band"} />
              <text x={244} y={4}>
                {percent(band.mean, true)}, {band.workers}
              </text>
            </>
          ) : (
            <text x={244} y={4}>
              none
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

function WorkerSide({ live, place, at, worker, ask }: { live: FaceProps["live"]; place: FaceProps["place"]; at: number; worker: string; ask: (act: Act) => void }) {
  const { model } = live;
  const found = model.worker(worker);
  if (!found) return null;
  const life = found.lives.findLast((each) => each.born <= at);
  const excess = found.excess.at(at);
  return (
    <div style={{ padding: 12 }}>
      <h2>
        {worker} <span className="mono dim">{life?.agent}</span>
      </h2>
      <dl className="facts">
        <dt>generation</dt>
        <dd>{life?.generation ?? "none"}</dd>
        <dt>acquired</dt>
        <dd>
          {whole(found.acquired.at(at))} {model.unit} in round {whole(at)}, need {whole(model.need.at(at))}
        </dd>
        <dt>holds</dt>
        <dd>
          {whole(found.held.at(at))} {model.unit}
        </dd>
        <dt>excess so far</dt>
        <dd className={excess > 0 ? "over" : "under"}>
          {whole(excess, true)} {model.unit}
        </dd>
        <dt>budget left</dt>
        <dd>{amount(model.budget.at(at), "money", model)} of the project&apos;s</dd>
        <dt>alarms</dt>
        <dd>{found.alarms.filter((each) => each.round <= at).map((each) => `${each.monitor} at round ${each.round}`).join(", ") || "none about it alone"}</dd>
      </dl>
      <p style={{ display: "flex", gap: 8, flexWrap: "wrap", marginTop: 12 }}>
        <a className="button linked" {...link({ ...place, face: "time", node: null, worker })}>
          Its timeline
        </a>
        <button className="button" onClick={() => ask("hold")}>
          Hold its calls…<kbd>h</kbd>
        </button>
        <button className="button" onClick={() => ask("freeze")}>
          Freeze…<kbd>f</kbd>
        </button>
        <button className="button" onClick={() => ask("cap")}>
          Cap at need…
        </button>
        <button className="button" onClick={() => ask("claw_back")}>
          Take back…
        </button>
      </p>
    </div>
  );
}
