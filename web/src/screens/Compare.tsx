/** Which monitor, at the same false-alarm rate? And runs beside one another. */

import { useEffect, useMemo, useState } from "react";
import { get, send, type Rounds, type RunInFull, type Scenarios, type StudyInFull, type StudyLine, type StudyPage } from "../api/client";
import { WRITTEN, type Detector, type Estimate, type Evaluation } from "../api/evaluation";
import { useResource } from "../api/resource";
import { Fault, Frame } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { go, link, step } from "../app/place";
import { runPlace } from "../app/route";
import { save } from "../app/save";
import { Canvas } from "../draw/canvas";
import { DASHES, excesses, HUES, reached } from "../draw/compare";
import { percent, whole } from "../run/words";

export default function Compare({ study, runs, pick }: { study: string | null; runs: readonly string[]; pick: string | null }) {
  return (
    <Frame here="compare" title="Compare">
      {study !== null ? <OneStudy key={study} study={study} pick={pick} /> : runs.length ? <OfRuns key={runs.join()} runs={runs} pick={pick} /> : <Studies />}
    </Frame>
  );
}

/** A study, looked at again while it is being played. */
function useStudy(study: string): [StudyInFull | null, Error | null] {
  const [found, set] = useState<StudyInFull | null>(null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      try {
        const told = await get<StudyInFull>(`/v1/studies/${encodeURIComponent(study)}`, leaving.signal);
        set(told);
        if (told.state === "running") timer = setTimeout(() => void read(), 1000);
      } catch (failure) {
        if (!leaving.signal.aborted) fail(failure as Error);
      }
    };
    void read();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [study]);
  return [found, error];
}

function OneStudy({ study, pick }: { study: string; pick: string | null }) {
  const [found, error] = useStudy(study);
  const answer = found?.answer as unknown as Evaluation | null | undefined;
  if (error || !found) return <Shell title={study}>{error ? <Fault error={error} /> : <p className="empty">reading…</p>}</Shell>;
  if (answer) return <Judged study={found} answer={answer} pick={pick} />;
  if (found.report) return <Swept study={found} />;
  return (
    <Shell title={`${found.kind === "eval" ? "Monitors on" : "Cells of"} ${found.scenario}`} about={found.study}>
      {found.reason ? <div className="notice error">{found.reason}</div> : null}
      <p className="empty">
        {found.state === "running" ? `${whole(found.done)} of ${whole(found.runs)} runs are over; what comes of them appears here by itself.` : `This study stands still at ${whole(found.done)} of ${whole(found.runs)} runs. Asked for again, it goes on from there.`}
      </p>
    </Shell>
  );
}

function Shell({ title, about, keys = [], foot, actions, children }: { title: string; about?: string; keys?: readonly Key[]; foot?: string; actions?: React.ReactNode; children: React.ReactNode }) {
  return (
    <>
      <main className="page" style={{ gridTemplateRows: "auto minmax(0, 1fr)" }}>
        <div className="bar">
          <a className="dim" {...link({ screen: "compare", study: null, runs: [], pick: null })}>
            Compare
          </a>
          <span className="dim">/</span>
          <h1>{title}</h1>
          <span className="dim">{about}</span>
          <span className="grow" />
          {actions}
        </div>
        <div style={{ overflow: "auto", minHeight: 0 }}>{children}</div>
      </main>
      <Foot keys={keys}>{foot}</Foot>
    </>
  );
}

function Judged({ study, answer, pick }: { study: StudyInFull; answer: Evaluation; pick: string | null }) {
  const [hidden, hide] = useState<ReadonlySet<string>>(new Set());
  const names = answer.detectors.map((each) => each.detector);
  const chosen = pick ?? names[0] ?? null;
  const choose = (name: string | undefined) => name && step({ screen: "compare", study: study.study, runs: [], pick: name });
  const toggle = () => {
    if (!chosen) return;
    const next = new Set(hidden);
    if (!next.delete(chosen)) next.add(chosen);
    hide(next);
  };
  const keys: Key[] = [
    { key: "j", label: "next monitor", does: () => choose(names[names.indexOf(chosen ?? "") + 1]) },
    { key: "k", label: "monitor before", does: () => choose(names[names.indexOf(chosen ?? "") - 1]) },
    { key: "x", label: "hide or show", does: toggle },
  ];
  useKeys(keys);
  const draw = useMemo(() => reached(answer.detectors, hidden, answer.rounds, chosen), [answer, hidden, chosen]);
  const written = answer.fleets[WRITTEN];
  const runs = written?.runs ?? answer.seeds.length;
  const honest = answer.detectors[0]?.false_alarms?.runs ?? 0;
  const named = (each: Detector, number: number) => (
    <>
      <Swatch number={number} /> <span className={each.detector === chosen ? "strong" : ""}>{each.detector}</span>
    </>
  );
  return (
    <Shell
      title={`Monitors on ${answer.scenario}`}
      about={`${whole(runs)} runs of the fleet as written, ${whole(honest)} honest ones on equal seeds`}
      keys={keys}
      foot={`${whole(study.runs)} runs · nominal ${percent(answer.nominal)} each, over the whole run`}
      actions={
        <button className="button" onClick={() => save(`${study.study}.json`, new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }))}>
          Export JSON
        </button>
      }
    >
      <div className="compare">
        <section>
          <h2>
            Share of runs with an alarm, by round <span className="dim">Kaplan-Meier, 95% bands; a run without an alarm is censored at round {whole(answer.rounds)}</span>
          </h2>
          <Canvas height={320} draw={draw} label={answer.detectors.map((each) => `${each.detector}: ${each.fleets[WRITTEN]?.alarms ?? 0} of ${runs}`).join("; ")} />
          <table className="plain wide">
            <thead>
              <tr>
                <th scope="col">monitor</th>
                <th scope="col" className="num">found</th>
                <th scope="col" className="num">median round, 95%</th>
                <th scope="col" className="num">lost by then, mean, 95%, {answer.unit}</th>
                <th scope="col" className="num">against oracle</th>
                <th scope="col" className="num">false alarms, exact 95%</th>
                <th scope="col">{percent(answer.nominal)} is</th>
              </tr>
            </thead>
            <tbody>
              {answer.detectors.map((each, number) => {
                const on = each.fleets[WRITTEN];
                return (
                  <tr key={each.detector} aria-selected={each.detector === chosen} className={hidden.has(each.detector) ? "dim" : ""} onClick={() => choose(each.detector)}>
                    <td>
                      <button className="plainlink" onClick={() => choose(each.detector)}>
                        {named(each, number)}
                      </button>
                    </td>
                    <td className="num">{on ? `${whole(on.alarms)} of ${whole(on.runs)}` : ""}</td>
                    <td className="num">{on ? spelled(on.round, whole, `not by ${whole(answer.rounds)}`) : ""}</td>
                    <td className="num">{on ? spelled(on.loss, whole) : ""}</td>
                    <td className="num">{each.beside_oracle?.value != null ? `${each.beside_oracle.value.toFixed(1)} ×` : "–"}</td>
                    <td className="num">{each.false_alarms ? spelled(each.false_alarms.rate, rate) : "–"}</td>
                    <td title={each.guarantee}>{each.false_alarms?.accepted ?? "unknown"}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
        <aside>
          <div className="panelhead">
            <h2>Taken beyond need by the alarm</h2>
            <span className="dim small">{answer.unit}, mean, 95%</span>
          </div>
          <Dots rows={answer.detectors.map((each) => [each.detector, each.fleets[WRITTEN]?.loss ?? null])} said={whole} chosen={chosen} />
          <div className="panelhead">
            <h2>False alarms in {whole(honest)} honest runs</h2>
            <span className="dim small">dashed: {percent(answer.nominal)} asked for</span>
          </div>
          <Dots rows={answer.detectors.map((each) => [each.detector, each.false_alarms?.rate ?? null])} said={rate} mark={answer.nominal} chosen={chosen} ends={(index) => `${answer.detectors[index]?.false_alarms?.alarms ?? 0} of ${honest}`} />
          <div className="panelhead">
            <h2>How to read this</h2>
          </div>
          <Aloud answer={answer} />
        </aside>
      </div>
    </Shell>
  );
}

const rate = (value: number) => `${(100 * value).toFixed(1)}%`;

function spelled(found: Estimate, said: (value: number) => string, never = "–"): string {
  if (found.value === null) return never;
  const ends = [found.low, found.high].map((end) => (end === null ? "…" : said(end)));
  return `${said(found.value)} [${ends.join(", ")}]`;
}

function Swatch({ number }: { number: number }) {
  return (
    <svg width={22} height={8} aria-hidden="true" style={{ verticalAlign: "middle" }}>
      <line x1={0} x2={22} y1={4} y2={4} strokeWidth={2} strokeDasharray={DASHES[number % DASHES.length]!.join(" ")} style={{ stroke: `var(--${HUES[number % HUES.length]})` }} />
    </svg>
  );
}

const SPAN = 190;

/** One dot and interval a row, on a shared scale. */
function Dots({ rows, said, mark, chosen, ends }: { rows: readonly (readonly [string, Estimate | null])[]; said: (value: number) => string; mark?: number; chosen: string | null; ends?: (index: number) => string }) {
  const values = rows.flatMap(([, each]) => [each?.low, each?.high, each?.value]).filter((each): each is number => typeof each === "number");
  const high = Math.max(mark ?? 0, ...values, 1e-9) * 1.05;
  const low = Math.min(0, ...values);
  const x = (value: number) => 130 + ((value - low) / (high - low)) * SPAN;
  const height = 22 * rows.length + 18;
  return (
    <svg className="forest" width={420} height={height} role="img" aria-label={rows.map(([name, each]) => `${name}: ${each?.value == null ? "none" : said(each.value)}`).join("; ")}>
      {mark !== undefined && <line className="need" x1={x(mark)} x2={x(mark)} y1={0} y2={height - 16} />}
      <text x={x(low)} y={height - 3}>
        {said(low)}
      </text>
      <text x={x(high)} y={height - 3} textAnchor="end">
        {said(high)}
      </text>
      {rows.map(([name, each], index) => (
        <g key={name} transform={`translate(0 ${22 * index + 12})`} style={{ color: `var(--${HUES[index % HUES.length]})` }}>
          <text x={12} y={4} className={name === chosen ? "strong" : ""}>
            {name}
          </text>
          {each?.value != null && (
            <>
              <line className="own" x1={x(each.low ?? each.value)} x2={x(each.high ?? each.value)} />
              <circle className="own" cx={x(each.value)} r={4} />
              <text x={130 + SPAN + 10} y={4}>
                {ends ? ends(index) : said(each.value)}
              </text>
            </>
          )}
        </g>
      ))}
    </svg>
  );
}

/** The result, read aloud: what was noticed, how late, what is withheld and why. */
function Aloud({ answer }: { answer: Evaluation }) {
  const [first, ...others] = answer.detectors;
  if (!first) return null;
  const on = first.fleets[WRITTEN];
  const slower = others.filter((each) => !each.detector.startsWith("oracle")).map((each) => ({ each, on: each.fleets[WRITTEN] }));
  const missed = slower.filter(({ on: other }) => other && on && other.alarms < on.alarms / 2);
  const refuted = answer.detectors.filter((each) => each.false_alarms?.accepted === "refuted");
  const untested = answer.detectors.filter((each) => each.false_alarms?.accepted === "untested");
  const withheld = [...new Set(answer.detectors.flatMap((each) => each.withheld))];
  return (
    <div style={{ padding: 12, maxWidth: "64ch" }}>
      {on && (
        <p>
          <b className="strong">{first.detector}</b> alarmed in {whole(on.alarms)} of {whole(on.runs)} runs{on.round.value === null ? ", in fewer than half by the end" : `, in half of them by round ${whole(on.round.value)}`}. By its alarm the fleet had taken {spelled(on.loss, whole)} {answer.unit} beyond need{on.honest === null ? "" : `, where honest fleets of the same seeds had taken ${whole(on.honest)}`}.
        </p>
      )}
      {missed.length > 0 && (
        <p>
          <b className="strong">Seen in fewer than half as many runs:</b> {missed.map(({ each, on: other }) => `${each.detector} (${whole(other!.alarms)})`).join(", ")}.
        </p>
      )}
      <p>{refuted.length ? `The nominal rate is refuted at 1% for ${refuted.map((each) => each.detector).join(", ")}: read their alarms with that in mind.` : `None of the nominal rates is refuted at 1%.`} {untested.length ? `Too few honest runs to test ${untested.map((each) => each.detector).join(", ")}.` : ""}</p>
      {answer.no_oracle && <p>No oracle stands beside them: {answer.no_oracle}.</p>}
      {withheld.length > 0 && <p className="dim">Withheld: {withheld.join("; ")}.</p>}
    </div>
  );
}

function Swept({ study }: { study: StudyInFull }) {
  const report = study.report!;
  const figures = report.score.length ? report.score : Object.keys(report.cells[0]?.figures ?? {}).slice(0, 6);
  return (
    <Shell title={`Cells of ${study.scenario}`} about={`${whole(study.done)} of ${whole(study.runs)} runs, ${whole(report.seeds.length)} seeds each; 95% intervals over runs`} foot={study.study}>
      <table className="plain wide" style={{ margin: 12 }}>
        <thead>
          <tr>
            <th scope="col">cell</th>
            <th scope="col" className="num">runs</th>
            <th scope="col" className="num">with an alarm</th>
            {figures.map((name) => (
              <th key={name} scope="col" className="num">
                {name.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.cells.map((cell) => (
            <tr key={cell.cell}>
              <td>
                {Object.entries(cell.values)
                  .map(([path, value]) => `${path.split(".").at(-1)} = ${typeof value === "string" ? value : JSON.stringify(value)}`)
                  .join(", ") || "as written"}
              </td>
              <td className="num">{whole(cell.runs)}</td>
              <td className="num">{whole(cell.alarmed)}</td>
              {figures.map((name) => (
                <td key={name} className="num">
                  {cell.figures[name] ? spelled(cell.figures[name] as Estimate, short) : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Shell>
  );
}

const short = (value: number) => (Math.abs(value) >= 100 ? whole(value) : value.toFixed(2));

interface Beside {
  name: string;
  full: RunInFull;
  rounds: Rounds;
}

function OfRuns({ runs, pick }: { runs: readonly string[]; pick: string | null }) {
  const [found, set] = useState<readonly Beside[] | null>(null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    const read = (name: string) => Promise.all([get<RunInFull>(`/v1/runs/${encodeURIComponent(name)}`, leaving.signal), get<Rounds>(`/v1/runs/${encodeURIComponent(name)}/rounds`, leaving.signal)]).then(([full, rounds]) => ({ name, full, rounds }));
    Promise.all(runs.map(read)).then(set, (failure: unknown) => leaving.signal.aborted || fail(failure as Error));
    return () => leaving.abort();
  }, [runs]);
  const chosen = pick ?? runs[0] ?? null;
  const choose = (name: string | undefined) => name && step({ screen: "compare", study: null, runs, pick: name });
  const keys: Key[] = [
    { key: "j", label: "next run", does: () => choose(runs[runs.indexOf(chosen ?? "") + 1]) },
    { key: "k", label: "run before", does: () => choose(runs[runs.indexOf(chosen ?? "") - 1]) },
    { key: "Enter", label: "open", does: () => chosen && go(runPlace(chosen)) },
  ];
  useKeys(keys);
  const longest = Math.max(1, ...(found ?? []).map((each) => each.rounds.rounds));
  const draw = useMemo(() => excesses((found ?? []).map((each) => ({ name: each.name, excess: each.rounds.excess })), longest, chosen), [found, longest, chosen]);
  const units = new Set((found ?? []).map((each) => each.rounds.unit));
  return (
    <Shell title={`${whole(runs.length)} runs`} keys={keys} foot="each run against its own need">
      {error && <Fault error={error} />}
      {!found && !error && <p className="empty">reading…</p>}
      {found && (
        <div style={{ padding: 12 }}>
          {units.size > 1 && <div className="notice">These runs count in different units ({[...units].join(", ")}); their curves share an axis and are not comparable.</div>}
          <h2>
            Excess so far <span className="dim">{[...units].join(", ")} beyond need, by round</span>
          </h2>
          <Canvas height={300} draw={draw} label={found.map((each) => `${each.name}: ${whole(each.rounds.excess.at(-1) ?? 0, true)} ${each.rounds.unit}`).join("; ")} />
          <table className="plain wide">
            <thead>
              <tr>
                <th scope="col">run</th>
                <th scope="col">scenario</th>
                <th scope="col" className="num">seed</th>
                <th scope="col" className="num">round</th>
                <th scope="col" className="num">excess</th>
                <th scope="col">first alarm</th>
                <th scope="col" className="num">at round</th>
                <th scope="col" className="num">damage by then</th>
                <th scope="col" className="num">task done</th>
              </tr>
            </thead>
            <tbody>
              {found.map((each, number) => {
                const alarm = each.full.summary?.alarms?.[0];
                const done = each.full.summary?.score.task_done;
                return (
                  <tr key={each.name} aria-selected={each.name === chosen} onClick={() => choose(each.name)}>
                    <td>
                      <Swatch number={number} /> <a className="mono" {...link(runPlace(each.name))}>{each.name}</a>
                    </td>
                    <td>{each.full.scenario}</td>
                    <td className="num">{each.full.seed}</td>
                    <td className="num">{whole(each.full.round)}</td>
                    <td className={`num ${(each.rounds.excess.at(-1) ?? 0) > 0 ? "over" : "under"}`}>
                      {whole(each.rounds.excess.at(-1) ?? 0, true)} {each.rounds.unit}
                    </td>
                    <td className={alarm ? "alarm" : "dim"}>{alarm ? `▲ ${alarm.monitor}, ${alarm.pool}` : "none"}</td>
                    <td className="num">{alarm ? whole(alarm.round) : ""}</td>
                    <td className="num">{alarm ? `${whole(alarm.damage, true)} ${each.rounds.unit}` : ""}</td>
                    <td className="num">{typeof done === "number" ? percent(done) : "–"}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Shell>
  );
}

/** All studies of the store, and a new one. */
function Studies() {
  const [page, error] = useResource<StudyPage>("/v1/studies?limit=200");
  const [listed] = useResource<Scenarios>("/v1/scenarios");
  const [scenario, choose] = useState("just_in_case");
  const [repeats, set] = useState("50");
  const [monitors, name] = useState("");
  const [told, say] = useState("");
  const count = Number(repeats);
  const isReady = /^\d{1,5}$/.test(repeats) && count >= 1;
  const begin = () => {
    const asked = { kind: "eval", scenario, repeats: count, at_once: 2, ...(monitors.trim() ? { monitors: monitors.trim() } : {}) };
    send<StudyLine>("POST", "/v1/studies", asked).then((made) => go({ screen: "compare", study: made.study, runs: [], pick: null }), (failure: unknown) => say((failure as Error).message));
  };
  return (
    <Shell title="studies" about="monitors judged at the same false-alarm rate, and experiments" foot={page ? `${whole(page.items.length)} studies` : "reading…"}>
      {error && <Fault error={error} />}
      <form
        className="bar"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) begin();
        }}
      >
        <span className="strong">Judge monitors on</span>
        <select className="field" value={scenario} aria-label="Scenario" onChange={(event) => choose(event.target.value)}>
          {(listed?.items ?? [{ name: scenario }]).map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
        <label className="dim">
          under <input className="field" style={{ width: 56 }} inputMode="numeric" value={repeats} aria-label="How many seeds" onChange={(event) => set(event.target.value)} /> seeds
        </label>
        <input className="field grow" value={monitors} placeholder="its own monitors; or others, such as over_need, z_agent" aria-label="Monitors" onChange={(event) => name(event.target.value)} />
        <button className="button main" disabled={!isReady}>
          Judge them
        </button>
      </form>
      {told && <div className="notice error">{told}</div>}
      <ul className="listed">
        {page?.items.map((each) => (
          <li key={each.study}>
            <a className="bar" {...link({ screen: "compare", study: each.study, runs: [], pick: null })}>
              <span className="mono" style={{ width: 120 }}>{each.study}</span>
              <span className="strong" style={{ width: 200 }}>{each.scenario}</span>
              <span className="dim">{each.kind === "eval" ? "monitors judged" : "experiment"}</span>
              <span className="grow" />
              <span>
                {whole(each.done)} of {whole(each.runs)} runs
              </span>
              <span className={`tag ${each.state === "running" ? "ok" : each.state === "failed" ? "alarm" : each.state === "interrupted" ? "warn" : ""}`}>{each.state}</span>
            </a>
          </li>
        ))}
      </ul>
      {page && !page.items.length && <p className="empty">No study lies in this store yet. Start one above; an experiment is begun in the editor, or with superorganism sweep.</p>}
    </Shell>
  );
}
