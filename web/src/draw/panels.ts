/** The time panels of a run, each a function of the model and the axis; the moment lies over them. */

import type { RunModel, Series, Worker } from "../run/model";
import { whole } from "../run/words";
import type { Shown } from "../app/route";
import { Axis, ticks } from "./axis";
import { FONT, type Area } from "./canvas";

interface Scale {
  low: number;
  high: number;
  y: (value: number) => number;
}

export function scaleOf(low: number, high: number, top: number, bottom: number): Scale {
  const span = high - low || 1;
  return { low, high, y: (value) => bottom - ((value - low) / span) * (bottom - top) };
}

/** Lines at the generations, and hatching where nothing has happened yet. */
export function ground(area: Area, axis: Axis, model: RunModel): void {
  const { context, height, colour } = area;
  context.strokeStyle = colour("line2");
  context.lineWidth = 1;
  context.beginPath();
  for (const mark of axis.marks(model.life, 10)) {
    const x = Math.round(axis.right(mark)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.stroke();
  hatch(area, Math.max(0, axis.right(model.round)));
}

function hatch({ context, width, height, colour }: Area, from: number): void {
  if (from >= width) return;
  context.save();
  context.beginPath();
  context.rect(from, 0, width - from, height);
  context.clip();
  context.strokeStyle = colour("line2");
  context.beginPath();
  for (let x = from - height; x < width; x += 6) {
    context.moveTo(x, height);
    context.lineTo(x + height, 0);
  }
  context.stroke();
  context.restore();
}

export function triangle(area: Area, x: number, y: number, size = 5): void {
  const { context, colour } = area;
  context.fillStyle = colour("alarm");
  context.beginPath();
  context.moveTo(x, y - size);
  context.lineTo(x + size, y + size * 0.8);
  context.lineTo(x - size, y + size * 0.8);
  context.fill();
  context.fillStyle = colour("bg");
  context.fillRect(x - 0.5, y - 2, 1, 3);
  context.fillRect(x - 0.5, y + 2, 1, 1);
}

/** The whole run on one line: the fleet's score, alarms, interventions, and where one looks. */
export function strip(area: Area, model: RunModel, span: Span): void {
  const { context, width, height, colour } = area;
  const axis = new Axis(0, Math.max(1, model.rounds), width);
  const [top, bottom] = [14, height - 15];
  context.font = FONT;
  context.fillStyle = colour("panel");
  context.fillRect(0, top, width, bottom - top);
  hatch(area, axis.right(model.round));
  context.clearRect(0, bottom, width, height - bottom);
  context.clearRect(0, 0, width, top);
  const leading = model.series.find((each) => each.pool === "fleet") ?? model.series[0];
  if (leading) stepped(area, axis, leading, (score) => bottom - score * (bottom - top - 4), model.round, bottom);
  for (const alarm of model.alarms.slice(0, 200)) triangle(area, axis.right(alarm.round), top + 7);
  context.fillStyle = colour("need");
  for (const each of model.interventions) context.fillRect(axis.right(each.round) - 3, bottom - 9, 6, 6);
  context.fillStyle = colour("faint");
  context.textAlign = "center";
  for (const mark of axis.marks(model.life, 10)) {
    const x = Math.min(width - 12, Math.max(4, axis.right(mark)));
    context.fillText(whole(mark), x, height - 3);
  }
  brush(area, axis, span, top, bottom);
}

/** The rounds that the time panels show: from behind `from` to the end of `to`. */
export interface Span {
  from: number;
  to: number;
}

/** Draw what lies outside the window faintly, and its two handles. */
function brush({ context, width, colour }: Area, axis: Axis, { from, to }: Span, top: number, bottom: number): void {
  if (from <= axis.from && to >= axis.to) return;
  const [left, right] = [axis.right(from), axis.right(to)];
  context.fillStyle = colour("bg");
  context.globalAlpha = 0.65;
  context.fillRect(0, top, left, bottom - top);
  context.fillRect(right, top, width - right, bottom - top);
  context.globalAlpha = 1;
  context.strokeStyle = colour("accent");
  context.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
  context.fillStyle = colour("accent");
  for (const x of [left, right]) context.fillRect(x - 2, (top + bottom) / 2 - 6, 4, 12);
}

function stepped(area: Area, axis: Axis, series: Series, y: (score: number) => number, end: number, floor: number): void {
  const { context, colour } = area;
  const { rounds, scores } = series;
  context.beginPath();
  context.moveTo(0, floor);
  let last = floor;
  for (let index = 0; index < rounds.length; index++) {
    const x = axis.right(rounds.at(index));
    context.lineTo(x, last);
    last = y(scores.at(index));
    context.lineTo(x, last);
  }
  context.lineTo(axis.right(end), last);
  context.lineTo(axis.right(end), floor);
  context.fillStyle = colour(series.firstAlarm ? "alarm-bg" : "sunk");
  context.fill();
  context.strokeStyle = colour(series.firstAlarm ? "alarm" : "faint");
  context.stroke();
}

export const ROW = 18;

/** A row a monitor: how suspicious it was of whom it was most suspicious of, and its alarms. */
export function scores(area: Area, model: RunModel, axis: Axis): void {
  const { context, colour } = area;
  ground(area, axis, model);
  context.font = FONT;
  model.series.forEach((series, number) => {
    const floor = number * ROW + ROW - 3;
    context.fillStyle = colour("faint");
    for (let round = axis.from + 1; round <= Math.min(axis.to, model.round); round++) {
      const high = scoreAt(series, round) * (ROW - 6);
      if (high < 0.5 || (series.firstAlarm && round >= series.firstAlarm.round)) continue;
      context.fillRect(axis.left(round), floor - high, Math.max(1, axis.step - 1), high);
    }
    const alarm = series.firstAlarm;
    if (!alarm || alarm.round > axis.to) return;
    const x = Math.max(0, axis.right(alarm.round));
    context.strokeStyle = colour("alarm");
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, floor);
    context.lineTo(axis.right(Math.min(model.round, axis.to)), floor);
    context.stroke();
    context.lineWidth = 1;
    triangle(area, x, floor - 7);
    const who = alarm.key === alarm.pool || alarm.key === "fleet" ? "" : ` · ${alarm.key}`;
    const said = `alarm at round ${alarm.round}${who}`;
    context.fillStyle = colour("alarm");
    const fits = x + 10 + context.measureText(said).width < area.width;
    context.textAlign = fits ? "left" : "right";
    context.fillText(said, fits ? x + 10 : x - 10, floor - 3);
  });
}

/** The last score of a monitor at the end of a round. */
export function scoreAt(series: Series, round: number): number {
  let [low, high] = [0, series.rounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.rounds.at(middle) <= round) low = middle + 1;
    else high = middle;
  }
  return low ? series.scores.at(low - 1) : 0;
}

/** What the fleet took in each round, as bars that grow from its need. */
export function fleet(area: Area, model: RunModel, axis: Axis): void {
  const { height } = area;
  ground(area, axis, model);
  let [low, high] = [Infinity, -Infinity];
  for (let round = axis.from + 1; round <= Math.min(axis.to, model.round); round++) {
    low = Math.min(low, model.acquired.at(round), model.needed.at(round));
    high = Math.max(high, model.acquired.at(round), model.needed.at(round));
  }
  if (low > high) return;
  const margin = (high - low || high || 1) * 0.1;
  const scale = scaleOf(low - margin, high + margin, 4, height - 4);
  grid(area, scale);
  bars(area, axis, model, scale, model.acquired, (round) => model.needed.at(round));
  figures(area, scale);
  let told = -1e9;
  for (const [round, notice] of model.notices) {
    const x = axis.right(round) + 4;
    if (round <= axis.from || round > axis.to || x < told || model.notices.get(round - 1) === notice) continue;
    written(area, notice.length > 44 ? `${notice.slice(0, 43)}…` : notice, x, 12, "dim");
    told = x + 280;
  }
}

interface Values {
  at(index: number): number;
}

function bars(area: Area, axis: Axis, model: RunModel, scale: Scale, taken: Values, needed: (round: number) => number): void {
  const { context, colour } = area;
  const wide = Math.max(1, Math.min(10, axis.step * 0.7));
  const last = Math.min(axis.to, model.round);
  for (let round = axis.from + 1; round <= last; round++) {
    const need = needed(round);
    const [from, to] = [scale.y(need), scale.y(taken.at(round))];
    context.fillStyle = colour(to <= from ? "over" : "under");
    context.fillRect(axis.right(round) - axis.step / 2 - wide / 2, Math.min(from, to), wide, Math.max(0.5, Math.abs(from - to)));
  }
  context.strokeStyle = colour("need");
  context.setLineDash([3, 2]);
  context.beginPath();
  for (let round = axis.from + 1; round <= last; round++) {
    const y = Math.round(scale.y(needed(round))) + 0.5;
    context.lineTo(axis.left(round), y);
    context.lineTo(axis.right(round), y);
  }
  context.stroke();
  context.setLineDash([]);
}

function grid(area: Area, scale: Scale): void {
  const { context, width, colour } = area;
  context.strokeStyle = colour("line2");
  for (const tick of ticks(scale.low, scale.high, 3)) {
    const y = Math.round(scale.y(tick)) + 0.5;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
  }
}

/** What the grid's lines stand for, over what was drawn. */
function figures(area: Area, scale: Scale): void {
  area.context.textAlign = "left";
  // Ticks between whole figures would say the same figure twice.
  for (const tick of ticks(scale.low, scale.high, 3)) {
    if (Number.isInteger(tick)) written(area, whole(tick), 2, Math.max(10, scale.y(tick) - 2), "faint");
  }
}

/** Text that can be read whatever lies under it. */
function written({ context, colour }: Area, said: string, x: number, y: number, name: string): void {
  context.font = FONT;
  context.strokeStyle = colour("bg");
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeText(said, x, y);
  context.lineWidth = 1;
  context.fillStyle = colour(name);
  context.fillText(said, x, y);
}

/** What was taken beyond need so far, beside the same of the honest reference. */
export function excess(area: Area, model: RunModel, axis: Axis, reference: readonly number[]): void {
  const { context, height, colour } = area;
  ground(area, axis, model);
  const last = Math.min(axis.to, model.round);
  let [low, high] = [0, 1];
  for (let round = Math.max(1, axis.from); round <= last; round++) {
    low = Math.min(low, model.excess.at(round), reference[round - 1] ?? 0);
    high = Math.max(high, model.excess.at(round), reference[round - 1] ?? 0);
  }
  const scale = scaleOf(low, high * 1.08, 4, height - 5);
  grid(area, scale);
  ridge(area, axis, model.excess, last, (value) => scale.y(value), scale.y(0));
  figures(area, scale);
  context.textAlign = "right";
  const end = Math.min(area.width - 4, axis.right(last) - 4);
  if (!reference.length) return;
  context.strokeStyle = colour("need");
  context.setLineDash([1.5, 2.5]);
  context.beginPath();
  for (let round = Math.max(1, axis.from); round <= last; round++) context.lineTo(axis.right(round), scale.y(reference[round - 1] ?? 0));
  context.stroke();
  context.setLineDash([]);
  written(area, "honest reference, same seed", end, scale.y(reference[last - 1] ?? 0) - 4, "dim");
}

const OVER = ["over-fill", "over"] as const;

function ridge(area: Area, axis: Axis, values: Values, last: number, y: (value: number) => number, zero: number, above: readonly [string, string] = OVER): void {
  const { context, colour } = area;
  const first = Math.max(0, axis.from);
  for (const [fill, line, keep] of [
    [...above, (v: number) => Math.max(0, v)],
    [null, "under", (v: number) => Math.min(0, v)],
  ] as const) {
    context.beginPath();
    context.moveTo(axis.right(first), zero);
    for (let round = first; round <= last; round++) context.lineTo(axis.right(round), y(keep(values.at(round))));
    if (fill) {
      context.lineTo(axis.right(last), zero);
      context.fillStyle = colour(fill);
      context.fill();
    }
    context.beginPath();
    let isDown = false;
    for (let round = first; round <= last; round++) {
      const value = values.at(round);
      const mine = fill ? value > 0 : value < 0;
      if (mine || isDown) context.lineTo(axis.right(round), y(keep(value)));
      else context.moveTo(axis.right(round), y(0));
      isDown = mine;
    }
    context.strokeStyle = colour(line);
    context.lineWidth = 1.2;
    context.stroke();
    context.lineWidth = 1;
  }
}

export interface Lane {
  worker: Worker;
  top: number;
  height: number;
  isOpen: boolean;
}

/** One lane a worker: what it took so far, the lives under it, and what passed between them. */
export function lanes(area: Area, model: RunModel, axis: Axis, rows: readonly Lane[], show: Shown): void {
  const { context, width, colour } = area;
  let largest = 1;
  for (const { worker } of rows) {
    for (let round = 1; round <= model.round; round++) {
      const value = model.hasTasks ? worker.steps.at(round) : show === "excess" ? worker.excess.at(round) : show === "held" ? worker.held.at(round) : worker.acquired.at(round) - model.need.at(round);
      largest = Math.max(largest, Math.abs(value));
    }
  }
  for (const lane of rows) {
    if (lane.isOpen) {
      context.fillStyle = colour("selected");
      context.fillRect(0, lane.top, width, lane.height);
    }
  }
  ground(area, axis, model);
  const last = Math.min(axis.to, model.round);
  for (const { worker, top, height, isOpen } of rows) {
    const under = height - 7;
    context.save();
    context.translate(0, top);
    const local: Area = { ...area, height };
    if (!model.hasTasks && (isOpen || show === "round")) {
      const values = spread(worker, model, axis, last);
      const scale = scaleOf(values[0], values[1], 3, under - (isOpen ? 12 : 1));
      bars(local, axis, model, scale, worker.acquired, (round) => model.need.at(round));
    } else {
      const values = model.hasTasks ? worker.steps : show === "held" ? worker.held : worker.excess;
      const zero = under - (isOpen ? 12 : 1);
      ridge(local, axis, values, last, (value) => zero - (value / largest) * (zero - 2), zero, model.hasTasks ? ["line2", "need"] : OVER);
    }
    if (height > 12) lived(local, axis, model, worker, under + 2, isOpen);
    context.strokeStyle = colour("line2");
    context.beginPath();
    context.moveTo(0, height - 0.5);
    context.lineTo(width, height - 0.5);
    context.stroke();
    context.restore();
  }
}

function spread(worker: Worker, model: RunModel, axis: Axis, last: number): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let round = axis.from + 1; round <= last; round++) {
    low = Math.min(low, worker.acquired.at(round), model.need.at(round));
    high = Math.max(high, worker.acquired.at(round), model.need.at(round));
  }
  return low <= high ? [low, high] : [0, 1];
}

function lived(area: Area, axis: Axis, model: RunModel, worker: Worker, y: number, isOpen: boolean): void {
  const { context, width, colour } = area;
  for (const life of worker.lives) {
    const left = Math.max(0, axis.left(life.born));
    const right = Math.min(width, axis.right(life.died ?? model.round));
    if (right <= left) continue;
    // Agents of one generation live side by side, so the colour is their generation's.
    context.fillStyle = colour(life.generation % 2 ? "life1" : "life2");
    context.fillRect(left, y - 1, right - left - 1, 3);
    if (!isOpen || right - left < 44) continue;
    context.fillStyle = colour("dim");
    context.font = FONT;
    context.textAlign = "left";
    context.fillText(life.agent, left + 3, y - 5);
  }
  const seen = new Set<string>();
  for (const { round, mark } of worker.moves) {
    if (round <= axis.from || round > axis.to) continue;
    const x = axis.right(round) - axis.step / 2;
    const place = `${Math.round(x / 3)}${mark}`;
    if (seen.has(place)) continue;
    seen.add(place);
    drawMark(area, mark, x, y);
  }
  for (const alarm of worker.alarms) {
    if (alarm.round > axis.from && alarm.round <= axis.to) triangle(area, axis.right(alarm.round), y - 6, 4);
  }
}

function drawMark({ context, colour }: Area, mark: string, x: number, y: number): void {
  context.beginPath();
  if (mark === "handoff") {
    context.fillStyle = colour("text");
    context.moveTo(x, y - 3);
    context.lineTo(x + 3, y + 0.5);
    context.lineTo(x, y + 4);
    context.lineTo(x - 3, y + 0.5);
    context.fill();
  } else if (mark === "hold") {
    context.fillStyle = colour("hold");
    context.fillRect(x - 2.5, y - 4, 2, 7);
    context.fillRect(x + 0.5, y - 4, 2, 7);
  } else if (mark === "transfer") {
    context.fillStyle = colour("need");
    context.fillRect(x - 4, y - 2, 8, 1.2);
    context.fillRect(x - 4, y + 1.5, 8, 1.2);
  } else {
    context.arc(x, y + 0.5, 2.3, 0, 7);
    context.fillStyle = mark === "written" ? colour("ok") : colour("bg");
    context.fill();
    context.strokeStyle = colour("ok");
    context.stroke();
  }
}
