/** Every alarm of the newest runs, and one alarm: why did it ring, and can I trust it? */

import { useEffect, useMemo, useState } from "react";
import { get, send, type AlarmInFull, type AlarmLine, type AlarmPage, type EventPage, type Rounds, type Run, type RunInFull, type RunPage, type Scores } from "../api/client";
import { Fault, Frame } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { go, link } from "../app/place";
import { runPlace } from "../app/route";
import { Canvas } from "../draw/canvas";
import { wealth } from "../draw/wealth";
import type { AnyEvent, Leg } from "../run/event";
import { amount, evidence, nats, percent, shown, whole } from "../run/words";
import { Rule, type Act } from "./Rule";

interface Found {
  run: Run;
  alarm: AlarmLine;
}

const RUNS = 50;

export function Alarms() {
  const [found, set] = useState<readonly Found[] | null>(null);
  const [error, fail] = useState<Error | null>(null);
  const [chosen, choose] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    const read = async () => {
      const page = await get<RunPage>(`/v1/runs?limit=${RUNS}`, leaving.signal);
      const alarmed = page.items.filter((run) => run.alarms);
      const lists = await Promise.all(alarmed.map((run) => get<AlarmPage>(`/v1/runs/${encodeURIComponent(run.run)}/alarms?limit=1000`, leaving.signal)));
      set(alarmed.flatMap((run, number) => lists[number]!.items.map((alarm) => ({ run, alarm }))));
    };
    read().catch((failure) => leaving.signal.aborted || fail(failure as Error));
    return () => leaving.abort();
  }, []);
  const open = (at: number) => {
    const one = found?.[at];
    if (one) go({ screen: "alarm", run: one.run.run, alarm: one.alarm.number });
  };
  const keys: Key[] = [
    { key: "j", label: "next", does: () => choose(Math.min(chosen + 1, (found?.length ?? 1) - 1)) },
    { key: "k", label: "previous", does: () => choose(Math.max(0, chosen - 1)) },
    { key: "Enter", label: "open", does: () => open(chosen) },
  ];
  useKeys(keys);
  return (
    <Frame here="alarms" title="Alarms">
      <main style={{ overflow: "auto" }}>
        <div className="bar">
          <h1>Alarms</h1>
          <span className="dim">of the newest {RUNS} runs</span>
        </div>
        {error && <Fault error={error} />}
        {found && !found.length && <p className="empty">No alarm in the newest {RUNS} runs.</p>}
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {found?.map(({ run, alarm }, number) => (
            <li key={`${run.run}/${alarm.number}`}>
              <a className="bar" style={{ color: "inherit", background: number === chosen ? "var(--selected)" : undefined }} {...link({ screen: "alarm", run: run.run, alarm: alarm.number })}>
                <span className={alarm.acknowledged ? "dim" : "alarm"}>
                  ▲ {alarm.monitor}, {alarm.pool === alarm.key ? alarm.pool : `${alarm.pool} ${alarm.key}`}
                </span>
                <span className="strong">{run.scenario}</span>
                <span className="mono">{run.run}</span>
                <span>round {whole(alarm.round)}</span>
                <span className={alarm.damage > 0 ? "over" : "under"}>{whole(alarm.damage, true)} beyond need by then</span>
                <span className="dim cut grow">{alarm.sentence}</span>
              </a>
            </li>
          ))}
        </ul>
      </main>
      <Foot keys={keys}>{found ? `${whole(found.length)} alarms` : "reading…"}</Foot>
    </Frame>
  );
}

interface Told {
  run: RunInFull;
  alarm: AlarmInFull;
  scores: Scores;
  rounds: Rounds;
}

export function Alarm({ run, number }: { run: string; number: number }) {
  const [told, set] = useState<Told | null>(null);
  const [error, fail] = useState<Error | null>(null);
  const path = `/v1/runs/${encodeURIComponent(run)}`;
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const read = async () => {
      const [full, alarm, rounds] = await Promise.all([get<RunInFull>(path, signal), get<AlarmInFull>(`${path}/alarms/${number}`, signal), get<Rounds>(`${path}/rounds`, signal)]);
      const scores = await get<Scores>(`${path}/scores?monitor=${encodeURIComponent(alarm.monitor)}`, signal);
      set({ run: full, alarm, rounds, scores });
    };
    read().catch((failure) => signal.aborted || fail(failure as Error));
    return () => leaving.abort();
  }, [path, number]);
  const [asking, ask] = useState<Act | null>(null);
  const acknowledge = () => {
    if (!told || told.alarm.acknowledged) return;
    send<AlarmInFull>("PUT", `${path}/alarms/${number}/acknowledgement`, { note: "" }).then((alarm) => set({ ...told, alarm }), (failure: unknown) => fail(failure as Error));
  };
  const suspect = told && suspectOf(told.alarm);
  const isOpen = told !== null && !["done", "failed", "cancelled"].includes(told.run.status);
  const keys: Key[] = [
    { key: "t", label: "show in run", does: () => told && go(runPlace(run, { at: told.alarm.round })) },
    { key: "g", label: "graph", does: () => told && go(runPlace(run, { at: told.alarm.round, face: "graph" })) },
    ...(told && !told.alarm.acknowledged ? [{ key: "a", label: "acknowledge", does: acknowledge }] : []),
    ...(suspect && isOpen ? [{ key: "h", label: `hold ${suspect}`, does: () => ask("hold") }, { key: "f", label: `freeze ${suspect}`, does: () => ask("freeze") }] : []),
    { key: "Escape", label: "all alarms", does: () => go({ screen: "alarms", q: "" }) },
  ];
  useKeys(keys);
  return (
    <Frame here="alarm" title={told ? `${told.alarm.monitor} at round ${told.alarm.round}` : "Alarm"}>
      {error ? (
        <main>
          <Fault error={error} />
        </main>
      ) : told ? (
        <One told={told} suspect={isOpen ? suspect : null} ask={ask} acknowledge={acknowledge} />
      ) : (
        <main className="empty">reading…</main>
      )}
      <Foot keys={keys}>evidence is exact: log wealth adds up</Foot>
      {asking && suspect && <Rule run={run} act={asking} to={suspect} close={() => ask(null)} />}
    </Frame>
  );
}

/** The worker that an alarm names, or that its evidence rests on most. */
function suspectOf(alarm: AlarmInFull): string | null {
  if (alarm.pool === "worker") return alarm.key;
  if (alarm.pool === "agent") return alarm.key.split(".")[0] ?? null;
  const [most] = [...(alarm.evidence?.workers ?? [])].sort((a, b) => b.nats - a.nats);
  return most && most.nats > 0 ? most.name : null;
}

function One({ told, suspect, ask, acknowledge }: { told: Told; suspect: string | null; ask: (act: Act) => void; acknowledge: () => void }) {
  const { run, alarm, rounds, scores } = told;
  const beside = run.summary?.alarms?.find((each) => each.seq === alarm.seq && each.monitor === alarm.monitor)?.reference;
  const who = alarm.pool === alarm.key ? alarm.pool : `${alarm.pool} ${alarm.key}`;
  const draw = useMemo(() => wealth(scores, alarm, rounds.rounds), [scores, alarm, rounds]);
  const others = scores.items.filter((each) => each.pool === "worker" && alarm.pool === "fleet");
  const highest = others
    .map((each) => ({ key: each.key, wealth: each.points.findLast((point) => point.round <= alarm.round)?.wealth ?? null }))
    .reduce<{ key: string; wealth: number | null } | null>((best, each) => ((each.wealth ?? 0) > (best?.wealth ?? 0) ? each : best), null);
  return (
    <main className="page" style={{ gridTemplateRows: "auto minmax(0, 1fr)" }}>
      <div className="bar">
        <a className="dim" {...link({ screen: "alarms", q: "" })}>
          Alarms
        </a>
        <span className="dim">/</span>
        <h1 className="alarm">
          ▲ {alarm.monitor}, {who}
        </h1>
        <span className="dim">
          {run.scenario} <span className="mono">{run.run}</span>, round {whole(alarm.round)}, seq {whole(alarm.seq)}
        </span>
        <span className="grow" />
        {alarm.uncalibrated && <span className="tag warn">uncalibrated: no honest runs of this model yet; the bound does not hold</span>}
        {alarm.acknowledged ? (
          <span className="tag ok" title={alarm.acknowledged.note || undefined}>
            acknowledged by {alarm.acknowledged.by}
          </span>
        ) : (
          <button className="button" onClick={acknowledge}>
            Acknowledge<kbd>a</kbd>
          </button>
        )}
        {suspect && (
          <>
            <button className="button" onClick={() => ask("hold")}>
              ‖ Hold {suspect}…<kbd>h</kbd>
            </button>
            <button className="button" onClick={() => ask("freeze")}>
              Freeze {suspect}…<kbd>f</kbd>
            </button>
          </>
        )}
        <a className="button linked" {...link(runPlace(run.run, { at: alarm.round }))}>
          Show in run<kbd>t</kbd>
        </a>
      </div>
      <div className="alarmpage">
        <section>
          <p className="sentence">{sentence(alarm.sentence)}</p>
          <p className="dim" style={{ margin: "8px 0 16px" }}>
            By then the fleet had taken{" "}
            <b className={alarm.damage > 0 ? "over strong" : "under strong"}>
              {whole(alarm.damage, true)} {rounds.unit}
            </b>{" "}
            beyond need
            {typeof beside === "number" ? `; the honest reference of the same seed ${whole(beside, true)}` : ""}. {highest && highest.wealth !== null && `No worker need look suspicious alone: the highest was ${highest.key} at E ${evidence(highest.wealth)}.`}
          </p>
          {alarm.wealth !== null && (
            <>
              <h2>
                Wealth of the bettor, starting at 1 <span className="dim">log scale, by round; a point where the monitor spoke</span>
              </h2>
              <Canvas height={220} draw={draw} label={`Wealth over rounds: ${evidence(alarm.wealth)} at the alarm in round ${alarm.round}.`} />
            </>
          )}
          {alarm.evidence && <Shares evidence={alarm.evidence} />}
        </section>
        <aside>
          <div className="panelhead">
            <h2>Evidence chain</h2>
            <span className="dim small">the calls that moved it most, largest first</span>
          </div>
          <Chain run={run.run} alarm={alarm} unit={rounds.unit} />
          <div className="panelhead">
            <h2>What this alarm does not say</h2>
          </div>
          <p className="empty" style={{ padding: 12 }}>
            Not who meant it, and not why: a fleet that is merely cautious looks the same here. Copies of one model that err together look like it too, unless the monitor bets once a round.
          </p>
        </aside>
      </div>
    </main>
  );
}

/** The monitor's own sentence, as one. */
const sentence = (said: string) => `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;

type Evidence = NonNullable<AlarmInFull["evidence"]>;

function Shares({ evidence: told }: { evidence: Evidence }) {
  const [by, choose] = useState<"workers" | "agents">("workers");
  const shares = [...(told[by] ?? [])].sort((a, b) => b.nats - a.nats);
  const rest = by === "workers" ? told.other_workers : told.other_agents;
  const total = told.nats_events || 1;
  const largest = Math.max(...shares.map((each) => Math.abs(each.nats)), 1e-9);
  return (
    <>
      <div style={{ display: "flex", gap: 8, alignItems: "center", margin: "16px 0 8px" }}>
        <h2 style={{ flex: 1 }}>
          Who it rests on <span className="dim">share of the log wealth that calls brought</span>
        </h2>
        {(["workers", "agents"] as const).map((each) => (
          <button key={each} className="button small" aria-pressed={by === each} onClick={() => choose(each)}>
            by {each.slice(0, -1)}
          </button>
        ))}
      </div>
      <div className="shares" role="table" aria-label="Shares of the evidence">
        {shares.map((each) => (
          <div key={each.name} role="row" style={{ display: "contents" }}>
            <span role="cell" className="mono">{each.name}</span>
            <span role="cell" className="track">
              <i className={each.nats < 0 ? "minus" : ""} style={each.nats < 0 ? { right: "75%", width: `${(25 * -each.nats) / largest}%` } : { left: "25%", width: `${(75 * each.nats) / largest}%` }} />
            </span>
            <span role="cell" className="num">{percent(each.nats / total, true)}</span>
            <span role="cell" className="num dim">{nats(each.nats)} nats</span>
          </div>
        ))}
        {Boolean(rest) && (
          <div role="row" style={{ display: "contents" }}>
            <span role="cell" className="dim">all others</span>
            <span role="cell" className="track" />
            <span role="cell" className="num">{percent((rest ?? 0) / total, true)}</span>
            <span role="cell" className="num dim">{nats(rest ?? 0)} nats</span>
          </div>
        )}
      </div>
      <p className="dim small" style={{ marginTop: 8 }}>
        Together {nats(told.nats_events)} nats from calls, and {nats(told.nats_prior)} for not knowing stake, key and beginning.
      </p>
    </>
  );
}

const SHOWN = 6;

function Chain({ run, alarm, unit }: { run: string; alarm: AlarmInFull; unit: string }) {
  const events = [...(alarm.evidence?.events ?? [])].sort((a, b) => b.nats - a.nats).slice(0, SHOWN);
  return (
    <div className="chain">
      <ol>
        <li>
          <a className="mono num" {...link(runPlace(run, { at: alarm.round, event: alarm.seq }))}>
            {whole(alarm.seq)}
          </a>
          <span className="alarm">▲</span>
          <span>
            <b className="alarm">alarm</b> after the effects of this event{alarm.wealth === null ? "" : `, with E ${evidence(alarm.wealth)}`}.
          </span>
        </li>
        {events.map((each) => (
          <Piece key={each.name} run={run} seq={Number(each.name)} share={each.nats / (alarm.evidence?.nats_events || 1)} unit={unit} />
        ))}
      </ol>
    </div>
  );
}

const UNITS = { termsOf: (resource: string) => (resource === "money" ? { unit: "usd", decimals: 2 } : { unit: resource, decimals: 0 }) };

function Piece({ run, seq, share, unit }: { run: string; seq: number; share: number; unit: string }) {
  const [event, set] = useState<AnyEvent | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    get<EventPage>(`/v1/runs/${encodeURIComponent(run)}/events?after=${seq - 1}&limit=1&follow=false`, leaving.signal)
      .then((page) => set((page.items[0] as unknown as AnyEvent) ?? null))
      .catch(() => {});
    return () => leaving.abort();
  }, [run, seq]);
  const legs = (event?.legs as Leg[] | undefined) ?? [];
  return (
    <li>
      <a className="mono num" {...link(runPlace(run, { at: event?.round ?? null, event: seq, worker: event?.worker ?? null }))}>
        {whole(seq)}
      </a>
      <span className={share >= 0 ? "over" : "under"}>{share >= 0 ? "▲" : "▼"}</span>
      <span>
        <b className="strong">{event?.agent ?? event?.worker ?? "…"}</b> {event ? describe(event, unit) : ""}
        <br />
        <span className="dim small">adds {percent(share, true)} of the evidence, in round {event ? whole(event.round) : "…"}</span>
        {legs.map((leg, number) => (
          <span key={number} className="mono" style={{ display: "block" }}>
            {leg.debit} → {leg.credit} {amount(leg.amount, leg.resource, UNITS)}
          </span>
        ))}
      </span>
    </li>
  );
}

function describe(event: AnyEvent, unit: string): string {
  if (event.kind === "demand") return `settled its round: ${event.due} ${unit} fell due, ${event.held} held afterwards`;
  if (event.kind === "transfer") return String(event.purpose);
  return shown(event.kind.replaceAll("_", " "));
}
