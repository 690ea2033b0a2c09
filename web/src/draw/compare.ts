/** Curves of several runs or monitors on one scale; they differ by dash as well as by hue. */

import type { Detector } from "../api/evaluation";
import { WRITTEN } from "../api/evaluation";
import { whole } from "../run/words";
import { Axis, ticks } from "./axis";
import { FONT, type Area } from "./canvas";
import { scaleOf } from "./panels";

/** Never the colours of an alarm or of what is above need. */
export const HUES = ["accent", "text", "ok", "hold", "warn", "under", "dim", "need"] as const;
export const DASHES: readonly (readonly number[])[] = [[], [2, 2], [6, 3], [8, 2, 2, 2], [1, 3], [10, 4], [4, 2, 1, 2], [3, 5]];

const LEFT = 44;
const RIGHT = 150;

interface Line {
  name: string;
  hue: string;
  dash: readonly number[];
  points: readonly (readonly [number, number])[];
  band?: readonly (readonly [number, number, number])[];
}

/** The share of runs that had alarmed by each round, with 95% bands (Kaplan-Meier). */
export function reached(detectors: readonly Detector[], hidden: ReadonlySet<string>, rounds: number, chosen: string | null) {
  return (area: Area) => {
    const lines = detectors.map((each, number): Line => {
      const curve = each.fleets[WRITTEN]?.curve ?? [];
      const points: [number, number][] = [[0, 0]];
      const band: [number, number, number][] = [];
      let last = 0;
      for (const step of curve) {
        points.push([step.round, last], [step.round, step.share]);
        band.push([step.round, step.low, step.high]);
        last = step.share;
      }
      points.push([rounds, last]);
      const end = band.at(-1);
      if (end) band.push([rounds, end[1], end[2]]);
      return { name: each.detector, hue: HUES[number % HUES.length]!, dash: DASHES[number % DASHES.length]!, points, band };
    });
    draw(area, { lines: lines.filter((line) => !hidden.has(line.name)), rounds, low: 0, high: 1, said: (value) => `${Math.round(100 * value)}%`, chosen });
  };
}

/** The excess of several runs, round by round. */
export function excesses(runs: readonly { name: string; excess: readonly number[] }[], rounds: number, chosen: string | null) {
  return (area: Area) => {
    const lines = runs.map((run, number): Line => ({ name: run.name, hue: HUES[number % HUES.length]!, dash: DASHES[number % DASHES.length]!, points: [[0, 0], ...run.excess.map((value, index): [number, number] => [index + 1, value])] }));
    const values = lines.flatMap((line) => line.points.map(([, value]) => value));
    draw(area, { lines, rounds, low: Math.min(0, ...values), high: Math.max(1, ...values), said: (value) => whole(value, true), chosen });
  };
}

interface Chart {
  lines: readonly Line[];
  rounds: number;
  low: number;
  high: number;
  said: (value: number) => string;
  chosen: string | null;
}

function draw(area: Area, { lines, rounds, low, high, said, chosen }: Chart): void {
  const { context, width, height, colour } = area;
  const axis = new Axis(0, Math.max(1, rounds), width - LEFT - RIGHT);
  const { y } = scaleOf(low, high, 10, height - 22);
  const x = (round: number) => LEFT + axis.right(round);
  context.font = FONT;
  context.fillStyle = colour("dim");
  context.strokeStyle = colour("line2");
  context.textAlign = "right";
  for (const mark of ticks(low, high, 4)) {
    context.fillText(said(mark), LEFT - 6, y(mark) + 4);
    context.beginPath();
    context.moveTo(LEFT, Math.round(y(mark)) + 0.5);
    context.lineTo(width - RIGHT, Math.round(y(mark)) + 0.5);
    context.stroke();
  }
  context.textAlign = "center";
  for (const mark of axis.marks(0, 10)) context.fillText(whole(mark), x(mark), height - 5);
  for (const line of lines) shade(area, line, x, y);
  for (const line of lines) {
    context.strokeStyle = colour(line.hue);
    context.lineWidth = line.name === chosen ? 2.4 : 1.5;
    context.setLineDash([...line.dash]);
    context.beginPath();
    for (const [round, value] of line.points) context.lineTo(x(round), y(value));
    context.stroke();
    context.setLineDash([]);
  }
  const ends = lines.map((line) => ({ line, at: y(line.points.at(-1)?.[1] ?? 0) })).sort((a, b) => a.at - b.at);
  context.textAlign = "left";
  // Names stand at the lines' ends; where they would meet they move apart, from the bottom up if need be.
  const room = 13;
  const places = ends.map((each) => each.at);
  for (let at = 1; at < places.length; at++) places[at] = Math.max(places[at]!, places[at - 1]! + room);
  const over = (places.at(-1) ?? 0) - (height - 20);
  if (over > 0) for (let at = places.length - 1; at >= 0; at--) places[at] = Math.min(places[at]!, at === places.length - 1 ? height - 20 : places[at + 1]! - room);
  ends.forEach(({ line }, number) => {
    context.fillStyle = colour(line.hue);
    context.font = line.name === chosen ? `600 ${FONT}` : FONT;
    context.fillText(line.name, width - RIGHT + 8, places[number]! + 4);
  });
}

function shade({ context, colour }: Area, line: Line, x: (round: number) => number, y: (value: number) => number): void {
  if (!line.band?.length) return;
  context.fillStyle = colour(line.hue);
  context.globalAlpha = 0.12;
  context.beginPath();
  const [first] = line.band;
  let [, low, high] = first!;
  context.moveTo(x(first![0]), y(high));
  for (const [round, , up] of line.band) {
    context.lineTo(x(round), y(high));
    context.lineTo(x(round), y(up));
    high = up;
  }
  for (const [round, down] of [...line.band].reverse()) {
    context.lineTo(x(round), y(low === down ? down : low));
    low = down;
    context.lineTo(x(round), y(down));
  }
  context.closePath();
  context.fill();
  context.globalAlpha = 1;
}
