/** The inbox: shall this call happen? */

import { useEffect, useMemo, useState } from "react";
import type { HeldCall } from "../api/client";
import { Frame } from "../app/Frame";
import { Foot, useKeys, type Key } from "../app/keys";
import { waiting } from "../app/news";
import { go, link } from "../app/place";
import { runPlace } from "../app/route";
import { useStore } from "../app/store";
import { ticks } from "../draw/axis";
import { Canvas, FONT, type Area } from "../draw/canvas";
import { scaleOf } from "../draw/panels";
import { MARKS, SIGN } from "../run/event";
import { useLive, type Live } from "../run/live";
import type { Worker } from "../run/model";
import { nameOf, rule, rulings, undo, UNDO_MS, type Ruling } from "../run/rulings";
import { amount, callText, percent, shown, whole } from "../run/words";
import { Rule, type Act } from "./Rule";

export function Approvals({ run, call }: { run: string | null; call: string | null }) {
  const held = useStore(waiting);
  const ruled = useStore(rulings);
  const open = useMemo(() => (held ?? []).filter((each) => !each.sent && !ruled.some((ruling) => ruling.state !== "failed" && nameOf(ruling.call) === nameOf(each))), [held, ruled]);
  const [asking, ask] = useState<Act | "stop" | null>(null);
  const chosen = open.find((each) => each.run === run && each.call === call) ?? (call === null ? open[0] : undefined) ?? null;
  const choose = (each: HeldCall | undefined) => each && go({ screen: "approvals", run: each.run, call: each.call });
  const step = (way: 1 | -1) => choose(open[open.findIndex((each) => each === chosen) + way]);
  const answer = (what: "approve" | "deny") => {
    if (!chosen) return;
    const next = open[open.indexOf(chosen) + 1] ?? open[open.indexOf(chosen) - 1];
    rule(chosen, what);
    go({ screen: "approvals", run: next?.run ?? null, call: next?.call ?? null });
  };
  const keys: Key[] = [
    { key: "j", label: "next call", does: () => step(1) },
    { key: "k", label: "call before", does: () => step(-1) },
    ...(chosen
      ? [
          { key: "y", label: "allow once", does: () => answer("approve") },
          { key: "n", label: "deny", does: () => answer("deny") },
          { key: "c", label: `cap ${chosen.worker}`, does: () => ask("cap") },
          { key: "f", label: `freeze ${chosen.worker}`, does: () => ask("freeze"), quiet: true },
          { key: "Enter", label: "open in run", does: () => go(runPlace(chosen.run, { at: chosen.round, event: chosen.seq, worker: chosen.worker })) },
        ]
      : []),
    { key: "u", label: "undo, 5 s", does: () => void undo() },
  ];
  useKeys(keys);
  const runs = new Set(open.map((each) => each.run)).size;
  return (
    <Frame here="approvals" title={open.length ? `Approvals (${open.length})` : "Approvals"}>
      <main className="page" style={{ gridTemplateRows: "auto minmax(0, 1fr)" }}>
        <div className="bar">
          <h1>Approvals</h1>
          <span className="dim">{held === null ? "reading…" : open.length ? `${whole(open.length)} ${open.length === 1 ? "call waits" : "calls wait"} in ${whole(runs)} ${runs === 1 ? "run" : "runs"}` : "no call waits for you"}</span>
        </div>
        <div className="inbox">
          <section aria-label="Calls that wait">
            <div className="panelhead">
              <span className="dim small">newest run first</span>
            </div>
            <ul className="calls">
              {open.map((each) => (
                <li key={nameOf(each)}>
                  <a className="call" aria-current={each === chosen ? "true" : undefined} {...link({ screen: "approvals", run: each.run, call: each.call })}>
                    <span className="hold">‖</span>
                    <span className="strong cut">{callText(each)}</span>
                    <span className="dim num">round {whole(each.round)}</span>
                    <span />
                    <span className="dim cut">
                      <span className="mono">{each.agent}</span> {each.parks ? "the run waits for you" : `until the end of round ${whole(each.until)}`}
                    </span>
                    <span className="dim num mono">{each.run}</span>
                  </a>
                </li>
              ))}
            </ul>
            {held !== null && !open.length && <p className="empty">A scenario holds calls with `controls: [hold: …]`, and you can hold a worker&apos;s calls from its run. What is held appears here by itself.</p>}
            <Ruled ruled={ruled} />
          </section>
          {chosen ? <One key={nameOf(chosen)} call={chosen} answer={answer} asking={asking} ask={ask} /> : call !== null && held !== null ? <p className="empty">This call does not wait any more: it was answered, or its time ran out. <a {...link(runPlace(run ?? ""))}>Its run</a> says what became of it.</p> : <p className="empty" />}
        </div>
      </main>
      <Foot keys={keys}>Enter never rules; nothing is preselected</Foot>
    </Frame>
  );
}

function Ruled({ ruled }: { ruled: readonly Ruling[] }) {
  const [, tick] = useState(0);
  const waits = ruled.some((each) => each.state === "waits");
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => tick((count) => count + 1), 250);
    return () => clearInterval(timer);
  }, [waits]);
  if (!ruled.length) return null;
  return (
    <div className="ruled" aria-live="polite">
      <div className="panelhead">
        <h2>Ruled here</h2>
        <span className="dim small">closing the page takes back what is not sent</span>
      </div>
      {[...ruled].reverse().slice(0, 6).map((each) => (
        <div key={nameOf(each.call)} className="ruling">
          <span>
            {each.answer === "approve" ? "allow" : "deny"} <b className="strong">{callText(each.call)}</b> <span className="mono dim">{each.call.agent}</span>
          </span>
          {each.state === "waits" ? (
            <button className="button small" onClick={() => undo()}>
              Take back, {Math.max(0, Math.ceil((each.due - performance.now()) / 1000))} s<kbd>u</kbd>
            </button>
          ) : (
            <span className={each.state === "failed" ? "alarm" : "dim"}>{each.state === "failed" ? each.reason : "sent"}</span>
          )}
        </div>
      ))}
    </div>
  );
}

interface OneProps {
  call: HeldCall;
  answer: (what: "approve" | "deny") => void;
  asking: Act | "stop" | null;
  ask: (what: Act | null) => void;
}

function One({ call, answer, asking, ask }: OneProps) {
  const live = useLive(call.run);
  return (
    <section className="oneCall" aria-label="The call">
      {live ? <Told live={live} call={call} /> : <p className="dim">reading…</p>}
      <h2 style={{ marginTop: 16 }}>Your ruling</h2>
      <div className="rulingbar" role="group" aria-label="Your ruling" onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}>
        <button className="button" onClick={() => answer("approve")}>
          Allow once<kbd>y</kbd>
        </button>
        <button className="button" onClick={() => answer("deny")}>
          Deny<kbd>n</kbd>
        </button>
        <button className="button" onClick={() => ask("cap")}>
          Cap {call.worker} at its need…<kbd>c</kbd>
        </button>
        <button className="button" onClick={() => ask("freeze")}>
          Freeze {call.worker}…<kbd>f</kbd>
        </button>
      </div>
      <p className="dim small" style={{ marginTop: 8 }}>
        Allowing and denying can be taken back for {UNDO_MS / 1000} s, before anything is sent. The agent is never told why; it was refused when it asked, and learns nothing more of a denial.
      </p>
      {live && <Led live={live} call={call} />}
      {asking && asking !== "stop" && <Rule run={call.run} act={asking} to={call.worker} close={() => ask(null)} />}
    </section>
  );
}

function Told({ live, call }: { live: Live; call: HeldCall }) {
  useStore(live.version);
  const { model } = live;
  const worker = model.worker(call.worker);
  const record = useStore(live.record);
  const need = model.need.at(call.round);
  const asked = typeof call.arguments.amount === "number" ? call.arguments.amount : null;
  const taking = call.tool === `reserve_${model.resource}` && asked !== null;
  const held = worker?.held.at(call.round - 1) ?? 0;
  const excess = worker?.excess.at(call.round - 1) ?? 0;
  const terms = model.termsOf(model.resource);
  const wanted = taking ? asked / 10 ** terms.decimals : 0;
  const cost = taking && model.price !== null ? model.price * wanted : null;
  const draw = useMemo(() => (worker && need ? history(worker, need, call.round, taking ? wanted : null, model.need) : null), [worker, need, call.round, taking, wanted, model, live.version.get()]);
  return (
    <>
      <p className="sentence">
        <b className="strong">{call.worker}</b> asks to {callText(call)}
        {taking ? ` ${terms.unit}` : ""}.
      </p>
      <p className="dim" style={{ marginBottom: 12 }}>
        {need > 0 && `It needs ${need.toFixed(1)} ${terms.unit} a round and held ${whole(held)} at the end of the round before. `}
        {call.parks ? "The run stands still until you answer." : `Unanswered by the end of round ${whole(call.until)}, it is denied.`}
        {record && !record.is_live && " No process plays this run now: your answer waits until it is resumed."}
      </p>
      <div className="twocolumns">
        <div>
          <h2>The call</h2>
          <dl className="facts">
            <dt>tool</dt>
            <dd className="mono">{call.tool}</dd>
            <dt>arguments</dt>
            <dd>
              <div className="said">{shown(JSON.stringify(call.arguments, null, 1))}</div>
            </dd>
            <dt>agent</dt>
            <dd>
              <a className="mono" {...link(runPlace(call.run, { at: call.round, event: call.seq, worker: call.worker }))}>
                {call.agent}
              </a>
              , round {whole(call.round)}, seq {whole(call.seq)}
            </dd>
          </dl>
        </div>
        <div>
          <h2>If you allow it</h2>
          {taking && worker ? (
            <dl className="facts">
              <dt>money</dt>
              <dd>{cost === null ? "not known yet: nobody has bought any" : `${amount(model.budget.at(model.round), "money", model)} → ${amount(model.budget.at(model.round) - cost, "money", model)}`}</dd>
              <dt>{call.worker} takes</dt>
              <dd className={wanted > need ? "over" : "under"}>
                {whole(wanted)} {terms.unit}, need {need.toFixed(1)} ({percent(wanted / need - 1, true)})
              </dd>
              <dt>its excess</dt>
              <dd className={excess + wanted - need > 0 ? "over" : "under"}>
                {whole(excess, true)} → {whole(excess + wanted - need, true)} {terms.unit}
              </dd>
            </dl>
          ) : (
            <p className="dim">What this call would move is not computed here; its arguments say all that is known.</p>
          )}
        </div>
      </div>
      {draw && (
        <>
          <h2 style={{ marginTop: 12 }}>
            What {call.worker} took so far, {terms.unit} <span className="dim">by round; dashed: its need; the last: this call</span>
          </h2>
          <Canvas height={110} draw={draw} label={`What ${call.worker} took in each round up to ${call.round}, beside its need of ${need.toFixed(1)}.`} />
        </>
      )}
    </>
  );
}

/** What a worker took in each round beside its need, and the call that waits. */
function history(worker: Worker, need: number, round: number, wanted: number | null, needs: { at(round: number): number }) {
  return ({ context, width, height, colour }: Area) => {
    const values = Array.from({ length: round - 1 }, (_, index) => worker.acquired.at(index + 1));
    const most = Math.max(need, wanted ?? 0, ...values) * 1.1;
    const { y } = scaleOf(0, most, 6, height - 16);
    const x = (at: number) => 40 + ((at - 0.5) / round) * (width - 120);
    context.font = FONT;
    context.textAlign = "right";
    context.fillStyle = colour("dim");
    context.strokeStyle = colour("line2");
    for (const mark of ticks(0, most, 3)) {
      context.fillText(whole(mark), 34, y(mark) + 4);
      context.beginPath();
      context.moveTo(40, y(mark));
      context.lineTo(width - 80, y(mark));
      context.stroke();
    }
    context.setLineDash([4, 3]);
    context.strokeStyle = colour("need");
    context.beginPath();
    for (let at = 1; at <= round; at++) {
      const place = y(needs.at(at) || need);
      context.lineTo(x(at - 0.5), place);
      context.lineTo(x(at + 0.5), place);
    }
    context.stroke();
    context.setLineDash([]);
    context.textAlign = "left";
    context.fillStyle = colour("need");
    context.fillText("need", 44, y(need) - 4);
    values.forEach((value, index) => {
      context.fillStyle = colour(value > (needs.at(index + 1) || need) ? "over" : "under");
      context.beginPath();
      context.arc(x(index + 1), y(value), 2.4, 0, 7);
      context.fill();
    });
    if (wanted !== null) {
      context.fillStyle = colour("hold");
      context.fillRect(x(round) - 3, y(wanted) - 5, 2, 10);
      context.fillRect(x(round) + 1, y(wanted) - 5, 2, 10);
      context.fillText(`${whole(wanted)}, this call`, Math.min(x(round) + 8, width - 74), y(wanted) - 6);
    }
    context.fillStyle = colour("dim");
    context.textAlign = "center";
    for (const mark of ticks(1, round, 8)) context.fillText(whole(mark), x(mark), height - 2);
  };
}

const BEFORE = 6;

/** The worker's own events before the call. */
function Led({ live, call }: { live: Live; call: HeldCall }) {
  useStore(live.version);
  const { model } = live;
  const rows: number[] = [];
  for (let at = Math.min(call.seq, model.events) - 1; at >= 0 && rows.length < BEFORE; at--) {
    if (model.workerAt(model.eventWorker.at(at))?.name === call.worker && MARKS[model.eventMark.at(at)] !== "other") rows.unshift(at);
  }
  return (
    <>
      <h2 style={{ marginTop: 16 }}>
        What led to it <span className="dim">events of {call.worker} before the call</span>
      </h2>
      <div className="led">
        {rows.map((at) => (
          <a key={at} className="row" {...link(runPlace(call.run, { at: model.eventRound.at(at), event: at + 1, worker: call.worker }))}>
            <span className="mono dim num">{whole(at + 1)}</span>
            <span>{SIGN[MARKS[model.eventMark.at(at)]!]}</span>
            <span className="mono">{model.eventAgent[at]}</span>
            <span className="cut">
              <bdi>{model.eventText[at]}</bdi>
            </span>
          </a>
        ))}
      </div>
    </>
  );
}
