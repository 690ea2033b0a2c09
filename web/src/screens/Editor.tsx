/** A scenario's text: is it right, and what will it cost? */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { get, once, Refused, send, type Completion, type Flaw, type Forecast, type Run, type ScenarioInFull, type StudyLine, type Valid } from "../api/client";
import { Fault } from "../app/Frame";
import { Foot, type Key } from "../app/keys";
import { go, link } from "../app/place";
import { runPlace } from "../app/route";
import { save } from "../app/save";
import { BLANK, draftOf, dropDraft, keepDraft } from "../edit/drafts";
import { meantBy, openEditor, pathOf, type Editor as Opened } from "../edit/editor";
import { yamlOf } from "../edit/yaml";
import { whole } from "../run/words";
import { UNNAMED } from "./Scenarios";

const CHECK_MS = 120;
const MEASURE_MS = 900;

interface Checked {
  text: string;
  flaws: readonly Flaw[];
  valid: Valid | null;
  /** Why it could not be checked at all. */
  fault: string;
}

export default function Editor({ name }: { name: string }) {
  const [original, set] = useState<string | null>(name === UNNAMED ? BLANK : null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    if (name === UNNAMED) return;
    const leaving = new AbortController();
    get<ScenarioInFull>(`/v1/scenarios/${encodeURIComponent(name)}`, leaving.signal).then(
      (found) => set(found.yaml),
      (failure: unknown) => {
        if (leaving.signal.aborted) return;
        // What is written here alone is in no catalogue.
        if (draftOf(name) !== null) set("");
        else fail(failure as Error);
      },
    );
    return () => leaving.abort();
  }, [name]);
  if (error) {
    return (
      <main>
        <Fault error={error} />
      </main>
    );
  }
  if (original === null) return <main className="empty">reading…</main>;
  return <Open name={name} original={original} />;
}

function Open({ name, original }: { name: string; original: string }) {
  const [text, write] = useState(() => draftOf(name) ?? original);
  const [cursor, move] = useState({ line: 1, column: 1 });
  const [isExpanded, expand] = useState(false);
  const [pace, choose] = useState("");
  const [most, bound] = useState("");
  const [told, say] = useState("");
  const checked = useChecked(text);
  const forecast = useForecast(checked);
  const editor = useRef<Opened | null>(null);
  const isEdited = text !== original;
  useEffect(() => {
    if (isEdited) keepDraft(name, text);
    else dropDraft(name);
  }, [name, text, isEdited]);
  useEffect(() => {
    editor.current?.tell({ flaws: checked.flaws, remarks: checked.valid?.remarks ?? [], facts: checked.valid?.facts ?? [] });
  }, [checked]);
  const { valid } = checked;
  const isRunnable = valid !== null && checked.text === text;
  const asksModels = (forecast?.model_calls ?? 0) > 0;
  const key = useRef(once());
  const allowance = () => ({ ...(pace ? { rounds_per_second: Number(pace) } : {}), ...(Number(most) > 0 ? { max_cost: Number(most) } : {}) });
  const fault = (failure: unknown) => say((failure as Error).message);
  const run = () => {
    if (!isRunnable) return;
    const asked = { yaml: text, ...allowance() };
    send<Run>("POST", "/v1/runs", asked, key.current).then((made) => {
      key.current = once();
      go(runPlace(made.run));
    }, fault);
  };
  const study = () => {
    if (!isRunnable) return;
    send<StudyLine>("POST", "/v1/studies", { kind: "sweep", yaml: text, at_once: 2 }).then((made) => go({ screen: "compare", study: made.study, runs: [], pick: null }), fault);
  };
  const keep = () => save(`${valid?.scenario ?? name}.yaml`, new Blob([text], { type: "application/yaml" }));
  const doing = useRef({ run, keep, expand: () => expand((is) => !is) });
  doing.current = { run, keep, expand: () => expand((is) => !is) };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
      const does = { Enter: doing.current.run, s: doing.current.keep, e: doing.current.expand }[event.key];
      if (!does) return;
      event.preventDefault();
      event.stopPropagation();
      does();
    };
    addEventListener("keydown", listen, { capture: true });
    return () => removeEventListener("keydown", listen, { capture: true });
  }, []);
  const counts = { problems: checked.flaws.length, warnings: valid?.remarks.filter((each) => each.weight === "warning").length ?? 0, hints: valid?.remarks.filter((each) => each.weight === "hint").length ?? 0 };
  const change = useCallback((next: string) => write(next), []);
  return (
    <>
      <main className="page" style={{ gridTemplateRows: "auto auto minmax(0, 1fr)" }}>
        <div className="bar">
          <a className="dim" {...link({ screen: "scenarios" })}>
            Scenarios
          </a>
          <span className="dim">/</span>
          <h1>{name === UNNAMED ? "a new scenario" : name}</h1>
          {isEdited ? <span className="tag">edited, kept in this browser</span> : <span className="dim">{original ? "as it comes with the program" : ""}</span>}
          {isEdited && original && (
            <button className="button small" onClick={() => editor.current?.replace(original)}>
              Back to the original
            </button>
          )}
          <span className="grow" />
          <button className="button" aria-pressed={isExpanded} onClick={() => expand(!isExpanded)}>
            Expand<kbd>Ctrl E</kbd>
          </button>
          <button className="button" onClick={keep}>
            Download<kbd>Ctrl S</kbd>
          </button>
          <label className="dim small">
            pace{" "}
            <select className="field" value={pace} aria-label="How fast it is played" onChange={(event) => choose(event.target.value)}>
              <option value="">as fast as it goes</option>
              <option value="20">20 rounds a second</option>
              <option value="5">5 rounds a second</option>
              <option value="1">1 round a second</option>
            </select>
          </label>
          {asksModels && (
            <label className="dim small">
              at most{" "}
              <input className="field" style={{ width: 64 }} inputMode="decimal" value={most} placeholder="usd" aria-label="What its models may cost at most, in dollars" onChange={(event) => bound(event.target.value)} />
            </label>
          )}
          {valid && valid.runs > 1 && (
            <button className="button" disabled={!isRunnable || asksModels} onClick={study}>
              Study all {whole(valid.runs)} runs
            </button>
          )}
          <button className="button main" disabled={!isRunnable || (asksModels && !(Number(most) > 0))} onClick={run} title={asksModels ? "Models are paid for: say what they may cost at most" : undefined}>
            Run{valid && valid.runs > 1 ? " as written" : " it"}
            <kbd>Ctrl Enter</kbd>
          </button>
        </div>
        <div aria-live="polite">
          {told && <div className="notice error">{told}</div>}
          {checked.fault && <div className="notice">{checked.fault}</div>}
        </div>
        <div className="editing">
          <section aria-label="Text">
            <div className="panelhead">
              <span className="mono">{valid?.scenario ?? name}.yaml</span>
              <span className="dim small">
                line {whole(cursor.line)}, column {whole(cursor.column)}
              </span>
              <span className="grow" />
              <span className={counts.problems ? "alarm" : "dim"}>{count(counts.problems, "problem")}</span>
              <span className={counts.warnings ? "warn" : "dim"}>{count(counts.warnings, "warning")}</span>
              <span className="dim">{count(counts.hints, "hint")}</span>
            </div>
            {isExpanded && valid ? <Expanded valid={valid} /> : <Writing text={text} change={change} move={move} editor={editor} checked={checked} />}
          </section>
          <aside aria-label="What it comes to">
            <Problems checked={checked} name={name} goTo={(line, column) => editor.current?.goTo(line, column)} fix={() => editor.current?.fix()} />
            <div className="panelhead">
              <h2>What a run takes</h2>
              <span className="dim small">{valid ? "measured here, on a piece of it" : "when the problems are solved"}</span>
            </div>
            {valid && <Takes valid={valid} forecast={forecast} />}
            <div className="panelhead">
              <h2>Timeline of the world</h2>
            </div>
            {valid && <Timeline valid={valid} />}
          </aside>
        </div>
      </main>
      <Foot keys={KEYS}>checked while you type; the text stays in this browser</Foot>
    </>
  );
}

const nothing = () => {};

/** What the editor's own keys do: they work in the text, where single keys do not. */
const KEYS: Key[] = [
  { key: "Ctrl Space", label: "complete", does: nothing },
  { key: "Ctrl .", label: "fix", does: nothing },
  { key: "F8", label: "next problem", does: nothing },
  { key: "Ctrl E", label: "expanded form", does: nothing },
  { key: "Ctrl S", label: "download", does: nothing },
  { key: "Ctrl Enter", label: "run", does: nothing },
];

const count = (number: number, what: string) => `${whole(number)} ${what}${number === 1 ? "" : "s"}`;

interface WritingProps {
  text: string;
  change: (text: string) => void;
  move: (place: { line: number; column: number }) => void;
  editor: React.RefObject<Opened | null>;
  checked: Checked;
}

/** The editor itself, in a shadow root, where its styles are its own. */
function Writing({ text, change, move, editor, checked }: WritingProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ text, checked });
  latest.current = { text, checked };
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    root.replaceChildren();
    const opened = openEditor(root, latest.current.text, "Scenario, as YAML", {
      changed: change,
      moved: (line, column) => move({ line, column }),
      complete: (yaml, line, column) => send<Completion>("POST", "/v1/scenarios/complete", { yaml, line, column }),
    });
    editor.current = opened;
    const { flaws, valid } = latest.current.checked;
    opened.tell({ flaws, remarks: valid?.remarks ?? [], facts: valid?.facts ?? [] });
    return () => {
      editor.current = null;
      opened.destroy();
    };
  }, [change, move, editor]);
  return <div ref={host} className="text" data-field="" />;
}

function Expanded({ valid }: { valid: Valid }) {
  const host = useRef<HTMLDivElement>(null);
  const text = useMemo(() => yamlOf(valid.expanded), [valid]);
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    root.replaceChildren();
    const opened = openEditor(root, text, "The scenario with everything filled in", null);
    return () => opened.destroy();
  }, [text]);
  return <div ref={host} className="text" data-field="" />;
}

/** What the service says of a text, a moment after it was last changed. */
function useChecked(text: string): Checked {
  const [checked, set] = useState<Checked>({ text: "", flaws: [], valid: null, fault: "" });
  useEffect(() => {
    let isGone = false;
    const timer = setTimeout(() => {
      send<Valid>("POST", "/v1/scenarios/validate", { yaml: text }).then(
        (valid) => isGone || set({ text, flaws: [], valid, fault: "" }),
        (error: unknown) => {
          if (isGone) return;
          const flaws = error instanceof Refused && error.problem.status === 422 ? (error.problem.errors ?? []) : [];
          set({ text, flaws, valid: null, fault: flaws.length ? "" : (error as Error).message });
        },
      );
    }, CHECK_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [text]);
  return checked;
}

/** What a run takes here: asked for only once a sound text has stood still for a while. */
function useForecast(checked: Checked): Forecast | null {
  const [forecast, set] = useState<Forecast | null>(null);
  const { text, valid } = checked;
  useEffect(() => {
    if (!valid) return;
    let isGone = false;
    const timer = setTimeout(() => {
      send<Forecast>("POST", "/v1/scenarios/estimate", { yaml: text }).then(
        (found) => isGone || set(found),
        () => {},
      );
    }, MEASURE_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [text, valid]);
  return valid ? forecast : null;
}

function Problems({ checked, name, goTo, fix }: { checked: Checked; name: string; goTo: (line: number, column: number) => void; fix: () => void }) {
  const remarks = checked.valid?.remarks ?? [];
  return (
    <>
      <div className="panelhead">
        <h2>Problems</h2>
        <span className="dim small">
          <kbd>F8</kbd>next
        </span>
      </div>
      <ul className="problems">
        {checked.flaws.map((flaw, number) => {
          const meant = meantBy(flaw);
          return (
            <li key={number}>
              <span className="alarm">✕</span>
              <button className="plainlink" onClick={() => goTo(flaw.line ?? 1, flaw.column ?? 1)}>
                <span className="strong">{pathOf(flaw) || "the text"}</span> {flaw.message}
                {flaw.hint && <span className="dim">; {flaw.hint}</span>}
              </button>
              <span className="dim num">{flaw.file && flaw.file !== "scenario.yaml" ? flaw.file : `${flaw.line}:${flaw.column}`}</span>
              {meant && (
                <button
                  className="button small"
                  style={{ gridColumn: 2, justifySelf: "start" }}
                  onClick={() => {
                    goTo(flaw.line ?? 1, flaw.column ?? 1);
                    fix();
                  }}
                >
                  Change to {meant}
                  <kbd>Ctrl .</kbd>
                </button>
              )}
            </li>
          );
        })}
        {remarks.map((remark) => (
          <li key={`${remark.path}${remark.text}`}>
            <span className={remark.weight === "warning" ? "warn" : "dim"}>{remark.weight === "warning" ? "▲" : "i"}</span>
            <button className="plainlink" disabled={remark.line === null} onClick={() => remark.line !== null && goTo(remark.line, remark.column ?? 1)}>
              <span className="strong">{remark.path}</span> {remark.text}
            </button>
            <span className="dim num">{remark.line === null ? "" : `${remark.line}:${remark.column}`}</span>
          </li>
        ))}
        {checked.valid && !remarks.length && <li className="dim">nothing; {name === UNNAMED ? "it" : name} is sound</li>}
        {!checked.valid && !checked.flaws.length && <li className="dim">checking…</li>}
      </ul>
    </>
  );
}

function Takes({ valid, forecast }: { valid: Valid; forecast: Forecast | null }) {
  const { runs } = valid;
  return (
    <div style={{ padding: 12 }}>
      <p className="sentence" style={{ marginBottom: 8 }}>
        <b className="strong">{count(runs, "run")}</b>
        {forecast && forecast.seconds !== null && `, about ${duration(forecast.seconds * runs)} of one core`}
      </p>
      <dl className="facts">
        <dt>cells</dt>
        <dd>
          {whole(valid.cells)} × {count(valid.repeats, "seed")}
        </dd>
        <dt>turns</dt>
        <dd>{forecast ? `${whole(forecast.turns)} a run` : "measuring…"}</dd>
        <dt>model calls</dt>
        <dd>{forecast ? (forecast.model_calls ? `up to ${whole(forecast.model_calls)} a run` : "none: every policy here is an organism") : "…"}</dd>
        <dt>disk</dt>
        <dd>{forecast?.event_bytes ? `${bytes(forecast.event_bytes * runs)} of events, and the store's own room` : "…"}</dd>
        <dt>reference</dt>
        <dd>each run is played again with honest and cautious workers, in memory</dd>
      </dl>
    </div>
  );
}

const duration = (seconds: number) => (seconds < 1 ? "a second" : seconds < 90 ? `${whole(Math.ceil(seconds))} s` : seconds < 5400 ? `${whole(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);
const bytes = (size: number) => (size < 1e6 ? `${whole(size / 1e3)} kB` : size < 1e9 ? `${(size / 1e6).toFixed(1)} MB` : `${(size / 1e9).toFixed(1)} GB`);

const WIDTH = 380;

function Timeline({ valid }: { valid: Valid }) {
  const { rounds, life, timeline } = valid;
  const x = (round: number) => 12 + (round / rounds) * (WIDTH - 40);
  const lives = [];
  for (let round = 0; round <= rounds && life > 0; round += life * Math.max(1, Math.ceil(rounds / life / 24))) lives.push(round);
  const dated = timeline.filter((each) => each.round !== null);
  return (
    <div style={{ padding: 12 }}>
      <svg width={WIDTH} height={34} role="img" aria-label={`${rounds} rounds, lives of ${life}; ${timeline.length} things happen`} className="timeline">
        <line x1={x(0)} x2={x(rounds)} y1={12} y2={12} />
        {lives.map((round) => (
          <line key={round} x1={x(round)} x2={x(round)} y1={8} y2={16} />
        ))}
        {dated.map((each, number) => (
          <rect key={number} x={x(each.round!) - 4} y={8} width={8} height={8} />
        ))}
        <text x={x(0)} y={30}>
          0
        </text>
        <text x={x(rounds)} y={30} textAnchor="end">
          {whole(rounds)}
        </text>
      </svg>
      <p className="dim small">ticks: a life of {count(life, "turn")}</p>
      <dl className="facts">
        {timeline.map((each, number) => (
          <div key={number} style={{ display: "contents" }}>
            <dt>{each.when}</dt>
            <dd>{each.text}</dd>
          </div>
        ))}
      </dl>
      {!timeline.length && <p className="dim">The owner does nothing: no `at:`.</p>}
    </div>
  );
}
