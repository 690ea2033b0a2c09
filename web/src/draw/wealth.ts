/** The bettor's wealth over rounds, on a log scale, with the line at which it is an alarm. */

import type { AlarmInFull, Scores } from "../api/client";
import { evidence, whole } from "../run/words";
import { Axis } from "./axis";
import { FONT, type Area } from "./canvas";

type Points = Scores["items"][number]["points"];

export function wealth(scores: Scores, alarm: AlarmInFull, rounds: number): (area: Area) => void {
  const mine = scores.items.find((each) => each.pool === alarm.pool && each.key === alarm.key)?.points ?? [];
  const workers = scores.items.filter((each) => each.pool === "worker" && each.key !== alarm.key);
  const last = Math.min(rounds, Math.max(alarm.round + 4, Math.ceil(alarm.round * 1.6)));
  const threshold = thresholdOf(mine);
  return (area) => {
    const { context, width, height, colour } = area;
    const right = 118;
    const axis = new Axis(0, Math.max(1, last), width - right - 44);
    const inside = (points: Points) => points.filter((point) => point.round <= last && point.wealth);
    const values = [1, threshold ?? 1, ...inside(mine).map((point) => point.wealth!)];
    const [low, high] = [Math.log10(Math.min(...values, 0.5)), Math.log10(Math.max(...values)) + 0.25];
    const y = (value: number) => 8 + (1 - (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (height - 30);
    const x = (round: number) => 44 + axis.right(round);
    context.font = FONT;
    context.textAlign = "right";
    context.strokeStyle = colour("line2");
    context.fillStyle = colour("faint");
    for (let power = Math.ceil(low); power <= high; power++) {
      const at = Math.round(y(10 ** power)) + 0.5;
      context.beginPath();
      context.moveTo(44, at);
      context.lineTo(width - right, at);
      context.stroke();
      context.fillText(power < 0 ? (10 ** power).toPrecision(1) : whole(10 ** power), 38, at + 4);
    }
    context.textAlign = "center";
    for (const mark of axis.marks(0, 9)) context.fillText(whole(mark), x(mark), height - 4);
    const line = (points: Points, name: string, wide: number) => {
      context.strokeStyle = colour(name);
      context.lineWidth = wide;
      context.beginPath();
      context.moveTo(x(0), y(1));
      for (const point of inside(points)) context.lineTo(x(point.round), y(point.wealth!));
      context.stroke();
    };
    for (const each of workers.slice(0, 100)) line(each.points, "life1", 1);
    if (threshold) {
      context.setLineDash([4, 3]);
      context.strokeStyle = colour("alarm");
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(44, y(threshold));
      context.lineTo(width - right, y(threshold));
      context.stroke();
      context.setLineDash([]);
    }
    line(mine, "alarm", 2);
    context.fillStyle = colour("alarm");
    for (const point of inside(mine)) {
      context.beginPath();
      context.arc(x(point.round), y(point.wealth!), 2.4, 0, 7);
      context.fill();
    }
    context.textAlign = "left";
    const ends: [string, number, string][] = [];
    const end = inside(mine).at(-1);
    if (end) ends.push([alarm.pool === alarm.key ? alarm.pool : alarm.key, y(end.wealth!), "alarm"]);
    if (threshold) ends.push([`alarm at ${evidence(threshold)}`, y(threshold), "alarm"]);
    if (workers.some((each) => inside(each.points).length)) ends.push(["each worker alone", y(1), "dim"]);
    ends.sort((a, b) => a[1] - b[1]);
    let free = -Infinity;
    for (const [said, place, name] of ends) {
      free = Math.max(place, free + 13);
      context.fillStyle = colour(name);
      context.fillText(said, width - right + 6, free + 4);
    }
    context.strokeStyle = colour("text");
    context.lineWidth = 1;
    context.strokeRect(Math.round(x(alarm.round)) + 0.5, 8, 0, height - 30);
    context.fillStyle = colour("text");
    context.textAlign = "center";
    context.fillText(`round ${alarm.round}`, x(alarm.round), 8);
  };
}

/** The wealth at which the score is 1: from any point, since the score is log E over its log. */
export function thresholdOf(points: Points): number | null {
  for (const point of points) {
    if (point.wealth && point.wealth > 1 && point.score > 0.05 && point.score < 1) return Math.exp(Math.log(point.wealth) / point.score);
  }
  return null;
}
