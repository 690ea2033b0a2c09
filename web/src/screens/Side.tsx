/** The moment in six numbers, the events up to it, and the chosen event down to its ledger lines. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { get, type EventPage } from "../api/client";
import { useKeys } from "../app/keys";
import { link } from "../app/place";
import { runPlace, type RunPlace } from "../app/route";
import { MARKS, SIGN, type AnyEvent, type Leg, type Mark } from "../run/event";
import { Listing } from "../run/listing";
import type { Live } from "../run/live";
import type { RunModel } from "../run/model";
import { amount, percent, shown, whole } from "../run/words";

interface Props {
  live: Live;
  place: RunPlace;
  at: number;
  move: (more: Partial<RunPlace>) => void;
  copied: boolean;
}

export function Side({ live, place, at, move, copied }: Props) {
  const { model } = live;
  return (
    <aside className="side" aria-label="The moment">
      <Moment live={live} place={place} at={at} copied={copied} />
      <Events model={model} place={place} at={at} version={live.version.get()} move={move} />
      {place.event !== null && <Detail key={`${place.run}/${place.event}`} model={model} run={place.run} seq={place.event} />}
    </aside>
  );
}

function Moment({ live, place, at, copied }: { live: Live; place: RunPlace; at: number; copied: boolean }) {
  const { model } = live;
  const reference = live.reference.get()[at - 1];
  const [taken, needed, beyond] = [model.acquired.at(at), model.needed.at(at), model.excess.at(at)];
  const alive = model.workers.filter((worker) => worker.lives.some((life) => life.born <= at && (life.died ?? Infinity) >= at)).length;
  return (
    <div className="moment">
      <div style={{ display: "flex", gap: 8 }}>
        <h2 style={{ flex: 1 }}>At the end of round {whole(at)}</h2>
        <a className="small" {...link({ ...place, at })} title="A link to this very moment">
          {copied ? "link copied" : `@${at}`}
        </a>
      </div>
      <dl>
        {model.hasTasks && (
          <>
            <dt>tasks done</dt>
            <dd>{whole(model.tasksDone.at(at))}</dd>
            <dt>tasks lost</dt>
            <dd>{whole(model.tasksLost.at(at))}</dd>
            <dt>steps</dt>
            <dd>{whole(model.steps.at(at))}</dd>
          </>
        )}
        {(!model.hasTasks || taken + needed > 0) && (
          <>
            <dt>acquired</dt>
            <dd className={taken > needed ? "over" : "under"}>
              {whole(taken)} {model.unit}
            </dd>
            <dt>need</dt>
            <dd>
              {whole(needed)} {model.unit}
            </dd>
            <dt>excess</dt>
            <dd className={beyond > 0 ? "over" : "under"}>
              {whole(beyond, true)} {model.unit}
            </dd>
            <dt>reference</dt>
            <dd>{reference === undefined ? "–" : `${whole(reference, true)} ${model.unit}`}</dd>
          </>
        )}
        <dt>budget left</dt>
        <dd>{amount(model.budget.at(at), "money", model)}</dd>
        <dt>agents</dt>
        <dd>{whole(alive)} alive</dd>
      </dl>
    </div>
  );
}

function Events({ model, place, at, version, move }: { model: RunModel; place: RunPlace; at: number; version: number; move: (more: Partial<RunPlace>) => void }) {
  const body = useRef<HTMLDivElement>(null);
  const [text, write] = useState(place.q);
  const end = model.endOf(at);
  const listing = useMemo(() => new Listing(model, place.q, place.worker), [model, place.q, place.worker]);
  const listed = useMemo(() => (listing.extend(), listing.cut(end)), [listing, end, version]);
  const rows = useVirtualizer({ count: listed.rows, getScrollElement: () => body.current, estimateSize: () => ROW, overscan: 12 });
  const isHeld = useRef(false);
  const [newer, tell] = useState(0);
  const seen = useRef(0);
  // New rows grow at the end; a list that is being read holds still.
  useEffect(() => {
    if (isHeld.current && place.at === null) {
      tell(listed.events - seen.current);
      return;
    }
    seen.current = listed.events;
    tell(0);
    // Straight to the end: asking where that is would lay the page out once more.
    if (listed.rows && place.event === null) body.current!.scrollTop = listed.rows * ROW;
  }, [listed, place.at, place.event, rows]);
  useEffect(() => {
    if (place.event === null) return;
    const row = listing.rowOf(place.event - 1);
    if (row >= 0 && row < listed.rows) rows.scrollToIndex(row, { align: "auto" });
  }, [place.event]);
  const onScroll = () => {
    const node = body.current!;
    isHeld.current = node.scrollTop + node.clientHeight < node.scrollHeight - 40;
  };
  const choose = (way: 1 | -1) => {
    const now = place.event === null ? -1 : listing.rowOf(place.event - 1);
    let row = now < 0 ? listed.rows - 1 : now + way;
    while (row >= 0 && row < listed.rows && listing.row(row).head !== null) row += way;
    if (row >= 0 && row < listed.rows) move({ event: listing.row(row).at + 1 });
  };
  const field = useRef<HTMLInputElement>(null);
  useKeys([
    { key: "j", label: "next event", does: () => choose(1) },
    { key: "k", label: "event before", does: () => choose(-1) },
    { key: "/", label: "filter", does: () => field.current?.focus() },
  ]);
  return (
    <>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault();
          move({ q: text });
        }}
      >
        <input ref={field} className="field" value={text} placeholder="worker:w07  note  reserve  refused" aria-label="Filter events" onChange={(event) => write(event.target.value)} onBlur={() => move({ q: text })} />
        <span className="dim small">
          {whole(listed.events)} of {whole(end)}
        </span>
      </form>
      <div style={{ display: "grid", gridTemplateRows: "minmax(0,1fr) auto", minHeight: 0 }}>
        <div className="body events" ref={body} onScroll={onScroll} tabIndex={0} role="grid" aria-label="Events" aria-rowcount={listed.rows}>
          {!listed.events && (
            <p className="empty">
              No event fits “{place.q}”{place.worker ? ` of ${place.worker}` : ""}. {whole(end)} without the filter.
            </p>
          )}
          <div role="presentation" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map((row) => {
              const { at, head } = listing.row(row.index);
              return head !== null ? (
                <div key={row.key} className="row round" role="row" style={{ transform: `translateY(${row.start}px)` }}>
                  <span role="gridcell">Round {whole(head)}</span>
                </div>
              ) : (
                <EventRow key={row.key} model={model} at={at} top={row.start} place={place} />
              );
            })}
          </div>
        </div>
        {newer > 0 && (
          <button className="newer" onClick={() => rows.scrollToIndex(listed.rows - 1, { align: "end" })}>
            <span>The list holds still while you read: {whole(newer)} newer</span>
            <kbd>End</kbd>
          </button>
        )}
      </div>
    </>
  );
}

/** The height of a row of the list. */
const ROW = 23;

const CLASS: Partial<Record<Mark, string>> = { above: "over", below: "under", refused: "alarm", stuck: "alarm", closed: "strong", owner: "strong" };

function EventRow({ model, at, top, place }: { model: RunModel; at: number; top: number; place: RunPlace }) {
  const mark = MARKS[model.eventMark.at(at)] ?? "other";
  const share = model.eventShare.at(at, NaN);
  const seq = at + 1;
  const colour = mark === "written" || mark === "read" ? { color: "var(--ok)" } : mark === "hold" ? { color: "var(--hold)" } : undefined;
  return (
    <a className="row" role="row" aria-selected={place.event === seq} style={{ transform: `translateY(${top}px)` }} tabIndex={-1} {...link({ ...place, event: seq })}>
      <span role="gridcell" className="mono dim num">{whole(seq)}</span>
      <span role="gridcell" className={CLASS[mark]} style={colour} aria-label={mark}>{SIGN[mark]}</span>
      <span role="gridcell" className="mono cut">{model.eventAgent[at]}</span>
      <span role="gridcell" className="cut">
        <bdi>{model.eventText[at]}</bdi>
      </span>
      <span role="gridcell" className="num dim">{Number.isNaN(share) ? "" : percent(share, true)}</span>
    </a>
  );
}

function Detail({ model, run, seq }: { model: RunModel; run: string; seq: number }) {
  const [page, set] = useState<readonly AnyEvent[] | null>(null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    // What an operation left lies behind it: its transfer, its result.
    get<EventPage>(`/v1/runs/${encodeURIComponent(run)}/events?after=${seq - 1}&limit=40&follow=false`, leaving.signal)
      .then((found) => set(found.items as unknown as AnyEvent[]))
      .catch((failure) => leaving.signal.aborted || fail(failure as Error));
    return () => leaving.abort();
  }, [run, seq]);
  const event = page?.[0];
  const operation = event?.key.split("/").slice(0, 2).join("/");
  const follows = (page ?? []).slice(1).filter((each) => each.cause === seq || (event?.kind === "decided" && each.key.startsWith(`${operation}/`)));
  const alarms = model.alarms.filter((alarm) => alarm.seq === seq);
  return (
    <div className="detail">
      <h2>
        {event ? event.kind.replaceAll("_", " ") : "…"} <span className="mono dim">{whole(seq)}</span>
      </h2>
      {error && <p className="alarm">{error.message}</p>}
      {event && (
        <dl>
          <dt>key</dt>
          <dd className="mono">{event.key}</dd>
          {event.agent && (
            <>
              <dt>agent</dt>
              <dd className="mono">{event.agent}</dd>
            </>
          )}
          {event.cause !== null && (
            <>
              <dt>follows from</dt>
              <dd>
                <a className="mono" {...link(runPlace(run, { at: event.round, event: event.cause }))}>
                  {whole(event.cause)}
                </a>
              </dd>
            </>
          )}
          {event.worker && model.need.at(event.round) > 0 && (
            <>
              <dt>need (logged)</dt>
              <dd>
                {model.need.at(event.round).toFixed(1)} {model.unit}
              </dd>
            </>
          )}
          {said(event)}
          {follows.map((each) => (
            <Follows key={each.seq} run={run} event={each} model={model} />
          ))}
          {alarms.map((alarm) => (
            <span key={`${alarm.monitor}${alarm.key}`} style={{ display: "contents" }}>
              <dt>alarm</dt>
              <dd className="alarm">
                {alarm.monitor}, {alarm.pool}: {alarm.sentence}
              </dd>
            </span>
          ))}
        </dl>
      )}
    </div>
  );
}

function said(event: AnyEvent) {
  const rows: [string, string][] = [];
  for (const call of (event.calls as { tool: string; arguments: unknown }[] | undefined) ?? []) rows.push([call.tool, JSON.stringify(call.arguments, null, 1)]);
  for (const name of ["rationale", "text", "message", "error", "notice", "query"] as const) {
    const text = event[name];
    if (typeof text === "string" && text) rows.push([name, text]);
  }
  return rows.map(([name, text], number) => <Said key={number} name={name} text={text} />);
}

const CLIPPED = 2000;

function Said({ name, text }: { name: string; text: string }) {
  const [isWhole, show] = useState(text.length <= CLIPPED);
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <div className="said">{shown(isWhole ? text : text.slice(0, CLIPPED))}</div>
        {!isWhole && (
          <button className="button small" onClick={() => show(true)}>
            Show all {whole(text.length)} characters
          </button>
        )}
      </dd>
    </>
  );
}

function Follows({ run, event, model }: { run: string; event: AnyEvent; model: RunModel }) {
  const legs = (event.legs as Leg[] | undefined) ?? [];
  return (
    <>
      <dt>
        <a className="mono" {...link(runPlace(run, { at: event.round, event: event.seq }))}>
          {whole(event.seq)}
        </a>
      </dt>
      <dd>
        {legs.length
          ? legs.map((leg, number) => (
              <div key={number} className="mono">
                {leg.debit} → {leg.credit} <b>{amount(leg.amount, leg.resource, model)}</b>
              </div>
            ))
          : model.eventText[event.seq - 1]}
      </dd>
    </>
  );
}
