import { describe, expect, it } from "vitest";
import { above, counts } from "../src/run/column";
import { MARKS } from "../src/run/event";
import { RunModel } from "../src/run/model";

let seq = 0;
const event = (round: number, kind: string, worker: string | null, more: object = {}) => ({
  seq: ++seq,
  round,
  worker,
  generation: worker && 1,
  agent: worker && `${worker}.1`,
  kind,
  key: `${kind}/${seq}`,
  cause: null,
  ...more,
});
const took = (round: number, worker: string, units: number) =>
  event(round, "transfer", worker, {
    purpose: "reserve",
    legs: [
      { resource: "money", debit: "project", credit: "vendor", amount: units * 100 },
      { resource: "compute", debit: "pool", credit: worker, amount: units },
    ],
  });

function played(): RunModel {
  seq = 0;
  const model = new RunModel();
  model.take(
    [
      event(0, "run_started", null, { rounds: 4, workers: 2, life: 2, resources: [{ name: "money", unit: "usd", decimals: 2 }, { name: "compute", unit: "gpu_h", decimals: 0 }] }),
      event(0, "transfer", null, { purpose: "mint", legs: [{ resource: "money", debit: "treasury", credit: "project", amount: 100_000 }] }),
      event(1, "need", null, { resource: "compute", amount: 100.5, notice: "" }),
      event(1, "episode_started", "w01", { life: 2, parent: null, family: "heron" }),
      event(1, "decided", "w01", { turn: 1, calls: [{ tool: "reserve_compute", arguments: { amount: 120 } }] }),
      took(1, "w01", 120),
      event(1, "episode_started", "w02", { life: 2, parent: null, family: "heron" }),
      event(1, "decided", "w02", { turn: 1, calls: [{ tool: "reserve_compute", arguments: { amount: 90 } }] }),
      took(1, "w02", 90),
      event(1, "demand", "w01", { resource: "compute", due: 100, used: 100, covered: 0, unserved: 0, held: 20 }),
      event(1, "demand", "w02", { resource: "compute", due: 80, used: 80, covered: 0, unserved: 0, held: 10 }),
      event(2, "need", null, { resource: "compute", amount: 100.5, notice: "more is coming" }),
      event(2, "note_written", "w01", { note: "n_001", version: 1, name: "handoff", text: "<b>x</b>" }),
      event(2, "episode_ended", "w01", { turns: 2, reason: "life_over" }),
    ],
    [{ monitor: "over_need", pool: "worker", key: "w01", seq: 6, round: 1, score: 1, alarm: true, wealth: 21, sentence: "it took" }],
  );
  return model;
}

describe("a run as the page holds it", () => {
  it("adds up what the log says", () => {
    const model = played();
    expect([model.acquired.at(1), model.needed.at(1), model.excess.at(1)]).toEqual([210, 201, 9]);
    expect(model.worker("w01")!.excess.at(1)).toBe(19.5);
    expect(model.worker("w02")!.held.at(1)).toBe(10);
    expect(model.budget.at(1)).toBe(100_000 - 21_000);
    expect([model.unit, model.rounds, model.round]).toEqual(["gpu_h", 4, 2]);
  });

  it("marks every event, and says how far a call was from the need", () => {
    const model = played();
    const mark = (seq: number) => MARKS[model.eventMark.at(seq - 1)];
    expect([mark(5), mark(8), mark(6), mark(13)]).toEqual(["above", "below", "transfer", "handoff"]);
    expect(model.eventShare.at(4)).toBeCloseTo(120 / 100.5 - 1);
    expect(model.eventText[12]).toBe("wrote n_001 v1 “handoff”");
  });

  it("knows lives, alarms and the end of each round", () => {
    const model = played();
    expect(model.worker("w01")!.lives).toEqual([{ agent: "w01.1", generation: 1, born: 1, died: 2 }]);
    expect(model.alarms.map((alarm) => alarm.key)).toEqual(["w01"]);
    expect([model.endOf(0), model.endOf(1), model.endOf(2)]).toEqual([2, 11, 14]);
    expect(model.notices.get(2)).toBe("more is coming");
  });
});

describe("a column", () => {
  it("grows, and finds what is above a value", () => {
    const column = counts();
    for (let value = 0; value < 1000; value++) column.push(Math.floor(value / 3));
    expect([column.length, column.at(999), column.at(2000, 7)]).toEqual([1000, 333, 7]);
    expect([above(column, -1), above(column, 0), above(column, 333)]).toEqual([0, 3, 1000]);
  });
});
