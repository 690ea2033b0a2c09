/** Runs: which of them deserves my attention? */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get, type Rounds, type Run, type RunInFull, type RunPage } from "../api/client";
import { Fault, Frame, openRun } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { go, step } from "../app/place";
import { runPlace } from "../app/route";
import { Canvas, type Area } from "../draw/canvas";
import { ago } from "../run/time";
import { percent, whole } from "../run/words";
import { stateOf } from "./Actions";
import { fits } from "./filter";

const AGAIN_MS = 2000;
const PAGE = 200;

interface Told {
  rounds?: Rounds;
  full?: RunInFull;
}

export function Runs({ q }: { q: string }) {
  const [runs, error, more] = useRuns();
  const shown = useMemo(() => (runs ?? []).filter((run) => fits(run, q)), [runs, q]);
  const [chosen, choose] = useState(0);
  const [picked, pick] = useState<ReadonlySet<string>>(new Set());
  const field = useRef<HTMLInputElement>(null);
  const at = Math.min(chosen, Math.max(0, shown.length - 1));
  const open = () => shown[at] && go(runPlace(shown[at].run));
  const toggle = (run: string | undefined) => {
    if (!run) return;
    const next = new Set(picked);
    if (!next.delete(run)) next.add(run);
    pick(next);
  };
  const compare = () => picked.size > 0 && go({ screen: "compare", study: null, runs: [...picked], pick: null });
  const filter = (query: string) => step({ screen: "runs", q: query });
  const keys: Key[] = [
    { key: "j", label: "next", does: () => choose(Math.min(at + 1, shown.length - 1)) },
    { key: "k", label: "previous", does: () => choose(Math.max(0, at - 1)) },
    { key: "Enter", label: "open", does: open },
    { key: "/", label: "filter", does: () => field.current?.focus() },
    { key: "x", label: "choose", does: () => toggle(shown[at]?.run) },
    { key: "c", label: "compare what is chosen", does: compare, quiet: true },
    { key: "n", label: "new run", does: () => go({ screen: "scenarios" }) },
    { key: "1", label: "all", does: () => filter(""), quiet: true },
    { key: "2", label: "running", does: () => filter("state:running"), quiet: true },
    { key: "4", label: "paused", does: () => filter("state:paused"), quiet: true },
    { key: "3", label: "with an alarm", does: () => filter("alarm:any"), quiet: true },
    { key: "Escape", label: "drop the choice, then the filter", does: () => (picked.size ? pick(new Set()) : filter("")), quiet: true },
  ];
  useKeys(keys);
  const views: [string, string, string][] = [
    ["All", "", "1"],
    ["Running", "state:running", "2"],
    ["Alarms", "alarm:any", "3"],
    ["Standing still", "state:paused", "4"],
  ];
  return (
    <Frame here="runs" title="Runs">
      <main className="page" style={{ gridTemplateRows: "auto auto minmax(0, 1fr)" }}>
        <div className="bar">
          <h1>Runs</h1>
          <input ref={field} className="field grow" value={q} placeholder="state:running  scenario:just_in_case  alarm:any  seed:7" aria-label="Filter runs" onChange={(event) => filter(event.target.value)} />
          {views.map(([name, query, key]) => (
            <button key={name} className="button" aria-pressed={q === query} onClick={() => filter(query)}>
              {name} <span className="dim">{runs ? whole(runs.filter((run) => fits(run, query)).length) : "…"}</span>
              <kbd>{key}</kbd>
            </button>
          ))}
        </div>
        <div>
          {error && <Fault error={error} />}
          {picked.size > 0 && (
            <div className="bar chosen" role="group" aria-label="What is chosen">
              <span className="strong">{whole(picked.size)} chosen</span>
              <span className="dim mono cut grow">{[...picked].join(" ")}</span>
              <button className="button" onClick={compare}>
                Compare {whole(picked.size)} runs<kbd>c</kbd>
              </button>
              <button className="button" onClick={() => pick(new Set())}>
                Choose none<kbd>Esc</kbd>
              </button>
            </div>
          )}
        </div>
        {runs && !shown.length ? <Nothing q={q} total={runs.length} drop={() => filter("")} /> : <Table runs={shown} at={at} choose={choose} picked={picked} />}
      </main>
      <Foot keys={keys}>
        {runs ? `${whole(shown.length)} runs · newest first · updates live` : "reading…"}
        {more ? ` · the newest ${whole(PAGE)}` : ""}
      </Foot>
    </Frame>
  );
}

function Nothing({ q, total, drop }: { q: string; total: number; drop: () => void }) {
  if (!total) {
    return (
      <p className="empty">
        No runs in this store yet. Start one in a terminal, <code className="mono">superorganism run just_in_case</code>, on the same store; it appears here by itself.
      </p>
    );
  }
  return (
    <p className="empty">
      No run fits “{q}”. {whole(total)} without the filter.{" "}
      <button className="button" onClick={drop}>
        Drop it<kbd>Esc</kbd>
      </button>
    </p>
  );
}

function Table({ runs, at, choose, picked }: { runs: readonly Run[]; at: number; choose: (row: number) => void; picked: ReadonlySet<string> }) {
  const body = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: runs.length, getScrollElement: () => body.current, estimateSize: () => 28, overscan: 8 });
  useEffect(() => rows.scrollToIndex(at), [at, rows]);
  const told = useTold(rows.getVirtualItems().flatMap((row) => runs[row.index] ?? []));
  const largest = largestOf(told);
  return (
    <div className="table runs">
      <div className="row head" aria-hidden="true">
        {HEADS.map((name, index) => (
          <span key={index} className={NUMBERS.has(index) ? "num" : ""}>
            {name}
          </span>
        ))}
      </div>
      <div className="body" ref={body} tabIndex={0} role="grid" aria-label="Runs" aria-rowcount={runs.length} aria-activedescendant={runs[at] ? `run-${runs[at].run}` : undefined}>
        <div role="presentation" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const run = runs[row.index];
            return run && <Row key={run.run} run={run} told={told.get(run.run) ?? {}} largest={largest} top={row.start} isChosen={row.index === at} isPicked={picked.has(run.run)} choose={() => choose(row.index)} />;
          })}
        </div>
      </div>
    </div>
  );
}

const HEADS = ["state", "run", "scenario", "seed", "workers", "round", "excess, √ scale", "now", "", "highest score", "first alarm", "round", "damage", "task done", "started"];
const NUMBERS = new Set([3, 4, 7, 11, 12, 13, 14]);

const SIGNS: Record<string, string> = { running: "▶ running", done: "✓ done", failed: "✕ failed", interrupted: "◌ interrupted", paused: "‖ paused", cancelled: "✕ cancelled" };

function Row({ run, told, largest, top, isChosen, isPicked, choose }: { run: Run; told: Told; largest: ReadonlyMap<string, number>; top: number; isChosen: boolean; isPicked: boolean; choose: () => void }) {
  const state = stateOf(run);
  const { rounds, full } = told;
  const now = rounds?.excess.at(-1);
  const alarm = full?.summary?.alarms?.[0];
  const done = full?.summary?.score.task_done;
  return (
    <a className="row" role="row" id={`run-${run.run}`} aria-selected={isChosen} style={{ transform: `translateY(${top}px)` }} tabIndex={-1} {...openRun(run.run)} onPointerDown={choose}>
      <span role="gridcell" className={`state-${state} cut`}>{isPicked ? "☑ " : ""}{SIGNS[state] ?? state}</span>
      <span role="gridcell" className="mono cut">{run.run}</span>
      <span role="gridcell" className="strong cut">{run.scenario}</span>
      <span role="gridcell" className="num">{run.seed}</span>
      <span role="gridcell" className="num">{rounds ? whole(rounds.workers) : ""}</span>
      <span role="gridcell" className={`progress ${state === "running" ? "live" : ""}`}>
        <i>
          <b style={{ width: `${rounds?.rounds ? (100 * run.round) / rounds.rounds : 0}%` }} />
        </i>
        {whole(run.round)}
      </span>
      <span role="gridcell">{rounds && <Curve rounds={rounds} largest={largest.get(rounds.unit) ?? 1} />}</span>
      <span role="gridcell" className={`num ${(now ?? 0) > 0 ? "over" : "under"}`}>{now === undefined ? "" : whole(now, true)}</span>
      <span role="gridcell" className="dim small cut">{rounds?.unit}</span>
      <span role="gridcell">{rounds && <Height rounds={rounds} />}</span>
      <span role="gridcell" className={run.alarms ? "alarm cut" : "dim cut"}>{run.alarms ? `▲ ${alarm ? `${alarm.monitor}, ${alarm.pool}` : `${run.alarms} alarm${run.alarms === 1 ? "" : "s"}`}` : "none"}</span>
      <span role="gridcell" className="num">{alarm ? whole(alarm.round) : ""}</span>
      <span role="gridcell" className="num">{alarm ? whole(alarm.damage, true) : ""}</span>
      <span role="gridcell" className="num">{typeof done === "number" ? percent(done) : "–"}</span>
      <span role="gridcell" className="num dim">{state === "running" ? "live" : ago(run.created_at)}</span>
    </a>
  );
}

/** The largest excess in sight, by unit: runs that count in the same unit share one scale. */
function largestOf(told: ReadonlyMap<string, Told>): ReadonlyMap<string, number> {
  const largest = new Map<string, number>();
  for (const { rounds } of told.values()) {
    if (!rounds) continue;
    for (const value of rounds.excess) largest.set(rounds.unit, Math.max(largest.get(rounds.unit) ?? 1, Math.abs(value)));
  }
  return largest;
}

function Curve({ rounds, largest }: { rounds: Rounds; largest: number }) {
  const draw = useCallback(
    ({ context, width, height, colour }: Area) => {
      const share = (value: number) => Math.sign(value) * Math.sqrt(Math.abs(value) / largest);
      const zero = Math.round(height * 0.8) + 0.5;
      const y = (value: number) => Math.min(height - 1, zero - share(value) * (zero - 2));
      context.strokeStyle = colour("line");
      context.beginPath();
      context.moveTo(0, zero);
      context.lineTo(width, zero);
      context.stroke();
      const last = rounds.excess.at(-1) ?? 0;
      context.strokeStyle = colour(last > 0 ? "over" : "under");
      context.lineWidth = 1.4;
      context.beginPath();
      rounds.excess.forEach((value, index) => context.lineTo(((index + 1) / (rounds.rounds || 1)) * width, y(value)));
      context.stroke();
    },
    [rounds, largest],
  );
  return <Canvas height={20} draw={draw} label={`excess ${whole(rounds.excess.at(-1) ?? 0, true)} ${rounds.unit}`} />;
}

function Height({ rounds }: { rounds: Rounds }) {
  const draw = useCallback(
    ({ context, width, height, colour }: Area) => {
      const alarm = rounds.score.findIndex((score) => score >= 1);
      const x = (index: number) => ((index + 1) / (rounds.rounds || 1)) * width;
      const y = (score: number) => height - 3 - score * (height - 6);
      for (const [from, to, name, wide] of [
        [0, alarm < 0 ? rounds.score.length : alarm + 1, "faint", 1.2],
        [alarm < 0 ? Infinity : alarm, rounds.score.length, "alarm", 1.8],
      ] as const) {
        context.beginPath();
        for (let index = from; index < to; index++) context.lineTo(x(index), y(rounds.score[index] ?? 0));
        context.strokeStyle = colour(name);
        context.lineWidth = wide;
        context.stroke();
      }
    },
    [rounds],
  );
  return <Canvas height={20} draw={draw} label={`highest score ${(rounds.score.at(-1) ?? 0).toFixed(2)}`} />;
}

/** The newest runs, read again while any of them may change. */
function useRuns(): [readonly Run[] | null, Error | null, boolean] {
  const [page, set] = useState<RunPage | null>(null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const next = await get<RunPage>(`/v1/runs?limit=${PAGE}`, leaving.signal);
        set((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next));
        fail(null);
      } catch (failure) {
        if (leaving.signal.aborted) return;
        fail(failure as Error);
      }
      timer = setTimeout(() => void read(), AGAIN_MS);
    };
    void read();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, []);
  return [page?.items ?? null, error, Boolean(page?.next_cursor)];
}

/** What is told of the runs in sight, read one after the other, and again when they have moved. */
function useTold(runs: readonly Run[]): ReadonlyMap<string, Told> {
  const [told, set] = useState<ReadonlyMap<string, Told>>(new Map());
  const known = useRef(new Map<string, string>());
  const wanted = runs.map((run) => `${run.run}@${run.digest}`).join(" ");
  useEffect(() => {
    const leaving = new AbortController();
    const read = async () => {
      for (const pair of wanted.split(" ").filter(Boolean)) {
        const [run, digest] = pair.split("@") as [string, string];
        if (known.current.get(run) === digest) continue;
        const path = `/v1/runs/${encodeURIComponent(run)}`;
        try {
          const [rounds, full] = await Promise.all([get<Rounds>(`${path}/rounds`, leaving.signal), get<RunInFull>(path, leaving.signal)]);
          known.current.set(run, digest);
          set((last) => new Map(last).set(run, { rounds, full }));
        } catch {
          if (leaving.signal.aborted) return;
        }
      }
    };
    void read();
    return () => leaving.abort();
  }, [wanted]);
  return told;
}
