/** One run: what is happening, since when, and who takes part in it? */

import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Fault, Frame } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { currentPlace, go, step } from "../app/place";
import { linkTo, type Face, type RunPlace } from "../app/route";
import { useStore } from "../app/store";
import { Axis } from "../draw/axis";
import type { Area } from "../draw/canvas";
import { TimeCanvas } from "../draw/moment";
import * as panels from "../draw/panels";
import type { RunModel } from "../run/model";
import { useLive, type Live } from "../run/live";
import { whole } from "../run/words";
import { ActionBar, Question, useActions } from "./Actions";
import { Figures, useFigures } from "./Figures";
import { Lanes } from "./Lanes";
import { Side } from "./Side";

const Graph = lazy(() => import("./Graph"));
const Ledger = lazy(() => import("./Ledger"));
const Notes = lazy(() => import("./Notes"));

export function Run({ place }: { place: RunPlace }) {
  const live = useLive(place.run);
  return (
    <Frame here="run" title={place.run}>
      {live ? <Followed live={live} place={place} /> : <main />}
    </Frame>
  );
}

/** The round that every panel shows: the pinned one, or the run's newest. */
export const momentOf = (place: RunPlace, model: RunModel) => Math.min(place.at ?? model.round, Math.max(model.round, 0));

function Followed({ live, place }: { live: Live; place: RunPlace }) {
  useStore(live.version);
  const record = useStore(live.record);
  const feed = useStore(live.feed);
  const error = useStore(live.error);
  const model = live.model;
  const at = momentOf(place, model);
  const [copied, setCopied] = useState(false);
  const [hasFigures, closeFigures] = useFigures();
  const move = useCallback((more: Partial<RunPlace>) => {
    const here = currentPlace();
    if (here.screen === "run") step({ ...here, ...more });
  }, []);
  const digest = record?.digest ?? "";
  const actions = useActions(live, place, record);
  const keys = useRunKeys(live, place, at, move, () => {
    const link = `${location.origin}${linkTo({ ...place, at, digest: feed.isOver ? digest.slice(0, 8) : null })}`;
    void navigator.clipboard?.writeText(link).then(() => setCopied(true));
  });
  const all = [...keys, ...actions.keys];
  useKeys(all);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  if (error) {
    return (
      <main>
        <Fault error={error} />
      </main>
    );
  }
  // A link to a run that was over says which history it was made from.
  if (place.digest && feed.isOver && digest && !digest.startsWith(place.digest)) {
    return <OtherHistory made={place.digest} now={digest} show={() => move({ digest: null })} />;
  }
  return (
    <>
      <main className="page" style={{ gridTemplateRows: "auto auto minmax(0, 1fr)" }}>
        <div className="bar">
          <a className="dim" href="/runs" onClick={(event) => (event.preventDefault(), go({ screen: "runs", q: "" }))}>
            Runs
          </a>
          <span className="dim">/</span>
          <h1>{record?.scenario ?? "…"}</h1>
          <span className="mono">{place.run}</span>
          <span className={`tag ${TAGS[actions.state] ?? ""}`}>{actions.state}</span>
          <span>
            <b className="strong">round {whole(model.round)}</b> <span className="dim">of {whole(model.rounds)}</span>
          </span>
          <span className="dim">
            seq <b className="mono">{whole(model.events)}</b>
          </span>
          <span className="dim">
            digest <b className="mono">{digest ? `${digest.slice(0, 4)}…${digest.slice(-4)}` : "…"}</b>
          </span>
          <span className="tag" title="Who is honest is sealed: nothing on this page knows it.">
            labels sealed
          </span>
          <span className="grow" />
          {place.at !== null && (
            <button className="button" onClick={() => move({ at: null })}>
              {feed.isOver ? "To the end" : "Back to live"}, round {whole(model.round)}
              <kbd>l</kbd>
            </button>
          )}
          <ActionBar actions={actions} place={place} live={live} isOffline={!feed.isConnected && !feed.isOver} />
        </div>
        <div aria-live="polite">
          {actions.told && <div className={`notice ${actions.isFault ? "error" : "done"}`}>{actions.told}</div>}
          {!feed.isConnected && !feed.isOver && <div className="notice">No answer from the server. You see round {whole(model.round)}; the run may be further. It is tried again every second.</div>}
          {feed.isConnected && record && model.events < record.events && <div className="notice reading">Reading {whole(record.events)} events: {whole(model.events)} so far.</div>}
          {feed.isDegraded && <div className="notice">Redis is down: news come a moment later, straight from the journal. Nothing is lost and the run goes on.</div>}
          {actions.state === "interrupted" && <div className="notice">The process that played this run is gone. Rounds 1 to {whole(model.round)} are safe; resume it here, or with <code className="mono">superorganism runs resume {place.run}</code>.</div>}
          {actions.state === "paused" && <div className="notice">This run stands still after round {whole(model.round)}, and its world&apos;s clock too. Nothing is lost; it goes on when it is resumed, to the same bytes.</div>}
          {actions.state === "cancelled" && <div className="notice">This run was ended after round {whole(model.round)}, for good. It can be forked, and not resumed.</div>}
          {record?.failure && <div className="notice error">{record.failure}</div>}
        </div>
        <div className={place.face === "time" ? "run" : "run faced"}>
          {place.face === "time" ? (
            <>
              <Time live={live} place={place} at={at} move={move} />
              <Side live={live} place={place} at={at} move={move} copied={copied} />
            </>
          ) : (
            <>
              <Strip live={live} place={place} at={at} move={move} />
              <Suspense fallback={<p className="empty">reading…</p>}>
                {place.face === "graph" && <Graph live={live} place={place} at={at} move={move} />}
                {place.face === "ledger" && <Ledger live={live} place={place} at={at} move={move} />}
                {place.face === "notes" && <Notes live={live} place={place} at={at} move={move} />}
              </Suspense>
            </>
          )}
        </div>
      </main>
      <Foot keys={all} />
      <Question actions={actions} live={live} place={place} at={at} />
      {hasFigures && <Figures live={live} span={spanOf(place, Math.max(model.rounds, 1))} close={closeFigures} />}
    </>
  );
}

const TAGS: Record<string, string> = { running: "ok", failed: "alarm", interrupted: "warn", paused: "hold", cancelled: "warn" };

const FACES: readonly [Face, string, string][] = [
  ["time", "Time", "t"],
  ["graph", "Graph", "g"],
  ["ledger", "Ledger", "b"],
  ["notes", "Notes", "m"],
];

/** A link to a run that now has another history: nothing is drawn until one is chosen. */
function OtherHistory({ made, now, show }: { made: string; now: string; show: () => void }) {
  return (
    <main className="empty">
      <p className="strong">This history is not the one the link was made from.</p>
      <p style={{ margin: "8px 0" }}>
        The link was made from <span className="mono">{made}…</span>; this run&apos;s log is <span className="mono">{now.slice(0, 8)}…</span>. Another store may hold another run of this name.
      </p>
      <button className="button" onClick={show}>
        Show this run as it is
      </button>
    </main>
  );
}

function useRunKeys(live: Live, place: RunPlace, at: number, move: (more: Partial<RunPlace>) => void, copy: () => void): Key[] {
  const { model } = live;
  const to = (round: number) => move({ at: Math.min(model.round, Math.max(1, round)) });
  const alarm = (way: 1 | -1) => {
    const rounds = [...new Set(model.alarms.map((each) => each.round))].sort((a, b) => a - b);
    const next = way > 0 ? rounds.find((round) => round > at) : rounds.findLast((round) => round < at);
    if (next !== undefined) to(next);
  };
  const worker = (way: number) => {
    const names = model.workers.map((each) => each.name).sort();
    const now = names.indexOf(place.worker ?? "");
    move({ worker: names[(now + way + names.length) % names.length] ?? null });
  };
  const playing = useRef<ReturnType<typeof setInterval> | null>(null);
  useEffect(() => () => void (playing.current && clearInterval(playing.current)), []);
  const play = () => {
    if (playing.current) {
      clearInterval(playing.current);
      playing.current = null;
      return;
    }
    playing.current = setInterval(() => {
      const here = currentPlace();
      if (here.screen !== "run" || momentOf(here, model) >= model.round) {
        clearInterval(playing.current!);
        playing.current = null;
        return;
      }
      move({ at: momentOf(here, model) + 1 });
    }, 120);
  };
  return [
    { key: "ArrowLeft", label: "round back", does: () => to(at - 1) },
    { key: "ArrowRight", label: "round on", does: () => to(at + 1) },
    { key: "Shift ArrowLeft", label: "generation back", does: () => to(at - Math.max(1, model.life)), quiet: true },
    { key: "Shift ArrowRight", label: "generation on", does: () => to(at + Math.max(1, model.life)), quiet: true },
    { key: "Home", label: "first round", does: () => to(1), quiet: true },
    { key: "End", label: "live", does: () => move({ at: null }), quiet: true },
    { key: "[", label: "alarm before", does: () => alarm(-1) },
    { key: "]", label: "alarm after", does: () => alarm(1) },
    { key: " ", label: "play", does: play },
    { key: "l", label: "live", does: () => move({ at: null }) },
    { key: "w", label: "worker", does: () => worker(1) },
    { key: "Shift w", label: "worker before", does: () => worker(-1), quiet: true },
    ...FACES.map(([face, name, key]) => ({ key, label: name.toLowerCase(), does: () => move({ face, node: null }), quiet: true })),
    { key: "o", label: "order of the lanes", does: () => move({ order: ORDERS[(ORDERS.indexOf(place.order) + 1) % ORDERS.length]! }), quiet: true },
    { key: "+", label: "narrower window", does: () => move(zoomed(place, model.rounds, at, 0.5)), quiet: true },
    { key: "-", label: "wider window", does: () => move(zoomed(place, model.rounds, at, 2)), quiet: true },
    { key: "0", label: "whole run", does: () => move({ from: null, to: null }), quiet: true },
    { key: "1", label: "ridges: excess", does: () => move({ show: "excess" }), quiet: true },
    { key: "2", label: "ridges: each round", does: () => move({ show: "round" }), quiet: true },
    { key: "3", label: "ridges: held", does: () => move({ show: "held" }), quiet: true },
    { key: "y", label: "copy link", does: copy },
    { key: "Escape", label: "drop what is chosen", does: () => move(place.event !== null ? { event: null } : place.node !== null ? { node: null } : { worker: null }), quiet: true },
  ];
}

const ORDERS = ["name", "excess", "held"] as const;

const STRIP = 54;
const FLEET = 84;
const EXCESS = 66;

const GRIP = 7;
const NARROWEST = 8;

/** The window of the time panels: the whole run, unless a part of it was chosen. */
function spanOf(place: RunPlace, rounds: number): panels.Span {
  const to = Math.min(Math.max(2, place.to ?? rounds), rounds);
  return { from: Math.max(0, Math.min(place.from ?? 0, to - 2)), to };
}

/** A window half or twice as wide around a moment; the whole run is none. */
function zoomed(place: RunPlace, rounds: number, at: number, times: number): Partial<RunPlace> {
  const span = spanOf(place, rounds);
  const wide = Math.round(Math.max(NARROWEST, (span.to - span.from) * times));
  if (wide >= rounds) return { from: null, to: null };
  const from = Math.min(Math.max(0, Math.round(at - wide / 2)), rounds - wide);
  return { from, to: from + wide };
}

interface Shared {
  live: Live;
  place: RunPlace;
  at: number;
  move: (more: Partial<RunPlace>) => void;
}

/** The whole run on one line, and the faces under which it can be looked at. */
function Strip({ live, place, at, move }: Shared) {
  const { model } = live;
  const version = live.version.get();
  const to = Math.max(model.rounds, 1);
  const span = useMemo(() => spanOf(place, to), [place.from, place.to, to]);
  const strip = useMemo(() => (area: Area) => panels.strip(area, model, span), [model, version, span]);
  const grip = useRef<"from" | "to" | "at">("at");
  // A handle of the window is dragged where one is near; else the moment is.
  const scrub = (x: number, width: number, event: PointerEvent) => {
    const axis = new Axis(0, to, width);
    const isWhole = span.from <= 0 && span.to >= to;
    if (event.type === "pointerdown") grip.current = isWhole ? "at" : Math.abs(x - axis.right(span.from)) < GRIP ? "from" : Math.abs(x - axis.right(span.to)) < GRIP ? "to" : "at";
    const round = axis.roundAt(x);
    if (grip.current === "from") move({ from: Math.min(round - 1, span.to - 2), to: span.to });
    else if (grip.current === "to") move({ from: span.from, to: Math.max(round, span.from + 2) });
    else move({ at: Math.min(model.round, round) });
  };
  const first = model.alarms[0];
  const said = `round ${at} of ${to}${model.alarms.some((each) => each.round === at) ? `, alarm ${model.alarms.find((each) => each.round === at)!.monitor}` : ""}`;
  return (
    <div className="pane">
      <div className="gutter">
        <div className="faces" role="group" aria-label="Faces of this run">
          {FACES.map(([face, name, key]) => (
            <button key={face} aria-pressed={place.face === face} title={`${name}: ${key}`} onClick={() => move({ face, node: null })}>
              {name}
            </button>
          ))}
        </div>
        <span className="dim">whole run: highest score, alarms</span>
        <input className="hidden" type="range" min={1} max={Math.max(1, model.round)} value={Math.max(1, at)} aria-label="Round" aria-valuetext={said} onChange={(event) => move({ at: Number(event.target.value) })} />
      </div>
      <TimeCanvas span={{ from: 0, to }} at={at} isNamed={place.at === null ? "live" : "pinned"} height={STRIP} draw={strip} onPointer={scrub} label={`The whole run. ${first ? `First alarm: ${first.monitor} at round ${first.round}.` : "No alarm."}`} />
    </div>
  );
}

function Time({ live, place, at, move }: Shared) {
  const { model } = live;
  const version = live.version.get();
  const reference = useStore(live.reference);
  const to = Math.max(model.rounds, 1);
  const span = useMemo(() => spanOf(place, to), [place.from, place.to, to]);
  const axisOf = useCallback((width: number) => new Axis(span.from, span.to, width), [span.from, span.to]);
  const scores = useMemo(() => (area: Area) => panels.scores(area, model, axisOf(area.width)), [model, axisOf, version]);
  const fleet = useMemo(() => (area: Area) => panels.fleet(area, model, axisOf(area.width)), [model, axisOf, version]);
  const excess = useMemo(() => (area: Area) => panels.excess(area, model, axisOf(area.width), reference), [model, axisOf, version, reference]);
  const scrub = (x: number, width: number) => move({ at: Math.min(model.round, axisOf(width).roundAt(x)) });
  const taken = model.acquired.at(at);
  const needed = model.needed.at(at);
  const beyond = model.excess.at(at);
  const beside = reference[at - 1];
  if (!model.events) {
    return (
      <section className="time">
        <p className="empty">No events yet. The page follows the run and shows them as they come.</p>
      </section>
    );
  }
  return (
    <section className="time" aria-label="The run over time">
      <Strip live={live} place={place} at={at} move={move} />
      <div className="pane scores">
        <div className="gutter">
          {model.series.map((series) => {
            const score = panels.scoreAt(series, at);
            return (
              <div key={`${series.monitor}/${series.pool}`}>
                <span className="cut">
                  {series.monitor} <span className="dim">{series.pool}</span>
                </span>
                <span className={score >= 1 ? "alarm" : "dim"}>{score.toFixed(2)}</span>
              </div>
            );
          })}
          {!model.series.length && <span className="dim">no monitor has spoken</span>}
        </div>
        <TimeCanvas span={span} at={at} height={Math.max(1, model.series.length) * panels.ROW + 2} draw={scores} onPointer={scrub} label="The score of each monitor over time." />
      </div>
      <div className="pane">
        <div className="gutter">
          <h2>Fleet, each round</h2>
          <span className="dim">{model.unit} acquired against need</span>
          <br />
          <b className={taken > needed ? "over strong" : "under strong"}>{whole(taken)}</b> <span className="dim">of need {whole(needed)}</span>
        </div>
        <TimeCanvas span={span} at={at} height={FLEET} draw={fleet} onPointer={scrub} label={`Round ${at}: acquired ${whole(taken)} ${model.unit}, need ${whole(needed)}.`} />
      </div>
      <div className="pane">
        <div className="gutter">
          <h2>Excess so far</h2>
          <b className={beyond > 0 ? "over strong" : "under strong"}>
            {whole(beyond, true)} {model.unit}
          </b>
          <br />
          <span className="dim">{beside === undefined ? "reference: being played" : `reference ${whole(beside, true)}`}</span>
        </div>
        <TimeCanvas span={span} at={at} height={EXCESS} draw={excess} onPointer={scrub} label={`Excess by round ${at}: ${whole(beyond, true)} ${model.unit}${beside === undefined ? "" : `; the honest reference ${whole(beside, true)}`}.`} />
      </div>
      <div className="lanehead">
        <span className="strong">{whole(model.workers.length)} workers</span>
        {model.hasTasks && <span className="dim">steps handed in so far</span>}
        {!model.hasTasks && (["excess", "round", "held"] as const).map((show, index) => (
          <button key={show} className="button small" style={{ height: 22 }} aria-pressed={place.show === show} onClick={() => move({ show })}>
            {show === "round" ? "per round" : show}
            <kbd>{index + 1}</kbd>
          </button>
        ))}
        <button className="button small" style={{ height: 22 }} title="In which order the lanes stand" onClick={() => move({ order: ORDERS[(ORDERS.indexOf(place.order) + 1) % ORDERS.length]! })}>
          {place.order === "name" ? "by name" : `most ${place.order} first`}
          <kbd>o</kbd>
        </button>
        <span className="grow" />
        <span className="dim cut">
          <span style={{ color: "var(--ok)" }}>●</span> wrote note <span style={{ color: "var(--ok)" }}>○</span> read <span style={{ color: "var(--text)" }}>◆</span> handoff ⇄ between workers{" "}
          <span style={{ color: "var(--hold)" }}>‖</span> waits
        </span>
      </div>
      <Lanes model={model} place={place} at={at} version={version} span={span} axisOf={axisOf} move={move} scrub={scrub} />
    </section>
  );
}
