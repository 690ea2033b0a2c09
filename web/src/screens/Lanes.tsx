/** One lane a worker: only those in sight are drawn, so a thousand cost no more than twenty. */

import { useEffect, useMemo, useRef, useState } from "react";
import type { Order, RunPlace } from "../app/route";
import type { Axis } from "../draw/axis";
import type { Area } from "../draw/canvas";
import { TimeCanvas } from "../draw/moment";
import { lanes, type Lane, type Span } from "../draw/panels";
import type { RunModel, Worker } from "../run/model";
import { whole } from "../run/words";

const LANE = 24;
const OPEN = 78;
const CLOSED = 8;
const MANY = 60;

interface Props {
  model: RunModel;
  place: RunPlace;
  at: number;
  version: number;
  span: Span;
  axisOf: (width: number) => Axis;
  move: (more: Partial<RunPlace>) => void;
  scrub: (x: number, width: number) => void;
}

export function Lanes({ model, place, at, version, span, axisOf, move, scrub }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [sight, look] = useState({ top: 0, height: 400 });
  useEffect(() => {
    const node = box.current!;
    const see = () => look({ top: node.scrollTop, height: node.clientHeight });
    const watching = new ResizeObserver(see);
    watching.observe(node);
    node.addEventListener("scroll", see, { passive: true });
    return () => {
      watching.disconnect();
      node.removeEventListener("scroll", see);
    };
  }, []);
  const ranked = useRanked(place, at, model.workers.length);
  const all = useMemo(() => laid(model, place.worker, ranked, place.order), [model, place.worker, version, ranked, place.order]);
  const total = all.length ? all.at(-1)!.top + all.at(-1)!.height : 0;
  const shown = all.filter((lane) => lane.top + lane.height >= sight.top - LANE && lane.top <= sight.top + sight.height + LANE);
  const first = shown[0]?.top ?? 0;
  const draw = useMemo(() => {
    const local = shown.map((lane) => ({ ...lane, top: lane.top - first }));
    return (area: Area) => lanes(area, model, axisOf(area.width), local, place.show);
  }, [model, axisOf, version, place.show, place.worker, shown.map((lane) => lane.worker.name).join(), first, sight.height]);
  const height = shown.length ? shown.at(-1)!.top + shown.at(-1)!.height - first : 1;
  const pick = (x: number, width: number, event: PointerEvent, y: number) => {
    const lane = shown.find((each) => y >= each.top - first && y < each.top - first + each.height);
    if (event.type === "pointerdown" && lane) move({ worker: lane.worker.name });
    scrub(x, width);
  };
  return (
    <div className="lanes" ref={box} tabIndex={0} aria-label="Workers">
      <div style={{ height: total }} />
      <div className="labels">
        {shown.map((lane) => (
          <Label key={lane.worker.name} lane={lane} model={model} at={at} isChosen={lane.worker.name === place.worker} choose={() => move({ worker: lane.worker.name === place.worker ? null : lane.worker.name })} />
        ))}
      </div>
      <div className="plot" style={{ top: first }}>
        <TimeCanvas span={span} at={at} height={height} draw={draw} onPointer={pick} label={`A lane for each of ${model.workers.length} workers: ${model.hasTasks ? "the steps it did" : "what it took"} so far, its lives, its notes.`} />
      </div>
    </div>
  );
}

/**
 * The round by which lanes are ranked. While the run goes on it stays: lanes must not change their
 * places under a reader's hand. It moves with a pinned round, and when an order is chosen.
 */
function useRanked(place: RunPlace, at: number, workers: number): number {
  const kept = useRef({ order: place.order, workers, at });
  const last = kept.current;
  if (place.at !== null || last.order !== place.order || last.workers !== workers || last.at === 0) kept.current = { order: place.order, workers, at };
  return kept.current.at;
}

/** Lanes in the order of names, or as chosen; above sixty they are thin and the greediest comes first. */
function laid(model: RunModel, chosen: string | null, at: number, order: Order): Lane[] {
  const workers = [...model.workers];
  const isMany = workers.length > MANY;
  if (order === "held") workers.sort((a, b) => b.held.at(at) - a.held.at(at));
  else if (isMany || order === "excess") workers.sort((a, b) => b.excess.at(at) - a.excess.at(at));
  else workers.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  let top = 0;
  return workers.map((worker) => {
    const isOpen = worker.name === chosen;
    const height = isOpen ? OPEN : isMany ? CLOSED : LANE;
    const lane = { worker, top, height, isOpen };
    top += height;
    return lane;
  });
}

function Label({ lane, model, at, isChosen, choose }: { lane: Lane; model: RunModel; at: number; isChosen: boolean; choose: () => void }) {
  const { worker, top, height } = lane;
  const excess = worker.excess.at(at);
  const now = lifeAt(worker, at);
  if (height < 16) {
    return <button className="label" style={{ top, height, fontSize: 0 }} aria-label={`${worker.name}, excess ${whole(excess, true)}`} aria-pressed={isChosen} onClick={choose} />;
  }
  return (
    <button className="label" style={{ top, height, alignContent: "start", paddingTop: 4 }} aria-pressed={isChosen} onClick={choose}>
      <span className="strong">
        {worker.name}
        {worker.alarms.some((alarm) => alarm.round <= at) && <span className="alarm"> ▲</span>}
      </span>
      <span className="dim">{now ? `gen ${now.generation}` : ""}</span>
      {model.hasTasks ? <span className="num cut">{taskAt(worker, at)}</span> : <span className={`num ${excess > 0 ? "over" : "under"}`}>{whole(excess, true)}</span>}
      <span className="num dim">{whole(model.hasTasks ? worker.steps.at(at) : worker.acquired.at(at))}</span>
      {isChosen && model.hasTasks && (
        <span className="dim" style={{ gridColumn: "1 / -1", marginTop: 2 }}>
          at work on <b className="strong">{taskAt(worker, at) || "nothing"}</b>
          <br />
          {whole(worker.steps.at(at))} steps handed in
        </span>
      )}
      {isChosen && !model.hasTasks && (
        <span className="dim" style={{ gridColumn: "1 / -1", marginTop: 2 }}>
          acquired <b className="strong">{whole(worker.acquired.at(at))}</b>, need {whole(model.need.at(at))} {model.unit}
          <br />
          held {whole(worker.held.at(at))}, released {whole(worker.released.at(at))}
        </span>
      )}
    </button>
  );
}

const taskAt = (worker: Worker, at: number) => worker.tasks.findLast((each) => each.from <= at && (each.to ?? Infinity) >= at)?.task ?? "";
const lifeAt = (worker: Worker, at: number) => worker.lives.findLast((life) => life.born <= at);
