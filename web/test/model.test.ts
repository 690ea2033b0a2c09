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

describe("a run of tasks", () => {
  const model = new RunModel();
  seq = 0;
  model.take(
    [
      event(0, "run_started", null, { rounds: 4, workers: 1, life: 2, resources: [{ name: "compute", unit: "gpu_h", decimals: 0 }] }),
      event(1, "need", null, { resource: "compute", amount: 0, notice: "" }),
      event(1, "episode_started", "w01", { agent: "w01.1a" }),
      event(1, "task_taken", "w01", { agent: "w01.1a", task: "t07", token: 1, until: 8 }),
      event(1, "step_done", "w01", { agent: "w01.1a", task: "t07", step: 1, start: 42, figure: 3035, minutes: 30 }),
      event(1, "step_checked", "w01", { task: "t07", step: 1, accepted: false }),
      event(1, "demand", "w01", { resource: "compute", due: 0, used: 0, covered: 0, unserved: 0, held: 0 }),
      event(2, "need", null, { resource: "compute", amount: 0, notice: "" }),
      event(2, "step_done", "w01", { task: "t07", step: 1, start: 42, figure: 352, minutes: 30 }),
      event(2, "task_closed", "w01", { task: "t07", outcome: "done" }),
      event(2, "demand", "w01", { resource: "compute", due: 0, used: 0, covered: 0, unserved: 0, held: 0 }),
    ],
    [{ monitor: "z", pool: "agent", key: "w01.1a", seq: 5, round: 1, score: 1, alarm: true, wealth: 21, sentence: "it did" }],
  );
  it("counts what was handed in and closed, and who is at what", () => {
    expect([1, 2].map((round) => [model.steps.at(round), model.tasksDone.at(round)])).toEqual([[1, 0], [2, 1]]);
    const worker = model.worker("w01")!;
    expect([worker.steps.at(1), worker.steps.at(2)]).toEqual([1, 2]);
    expect(worker.tasks).toEqual([{ task: "t07", from: 1, to: 2 }]);
  });
  it("shows work, and not that nothing fell due", () => {
    const marks = [4, 5, 6, 7, 10].map((each) => MARKS[model.eventMark.at(each - 1)]);
    expect(marks).toEqual(["task", "step", "refused", "other", "closed"]);
  });
  it("finds the worker of one of several agents at once", () => {
    expect(model.worker("w01")!.lives.map((life) => life.agent)).toEqual(["w01.1a"]);
    model.take([], [{ monitor: "z", pool: "agent", key: "w01.1a", seq: 9, round: 2, score: 1, alarm: true, wealth: 21, sentence: "again" }]);
    expect(model.worker("w01")!.alarms.length).toBe(1);
  });
});

describe("a run of copies", () => {
  it("adds up the copies that were started beyond the roster's need", () => {
    seq = 0;
    const model = new RunModel();
    const spawned = { purpose: "spawn", legs: [{ resource: "copies", debit: "pool", credit: "w01", amount: 1000 }] };
    model.take(
      [
        event(0, "run_started", null, { rounds: 4, workers: 1, life: 2, resources: [{ name: "compute", unit: "gpu_h", decimals: 0 }, { name: "copies", unit: "copy", decimals: 3 }] }),
        event(1, "need", null, { resource: "compute", amount: 0, notice: "" }),
        event(1, "need", null, { resource: "copies", amount: 0, notice: "", roster: 1000 }),
        event(1, "episode_started", "w01"),
        event(1, "transfer", "w01", spawned),
        event(1, "demand", "w01", { resource: "copies", due: 0, used: 0, covered: 0, unserved: 0, held: 1000 }),
      ],
      [],
    );
    expect([model.resource, model.excess.at(1), model.worker("w01")!.held.at(1)]).toEqual(["copies", 1, 1]);
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

describe("what controls and people did", () => {
  it("is told in words, and found with the worker it is about", () => {
    const model = played();
    model.take(
      [
        event(2, "call_ruled", "w02", { act: "hold", call: { tool: "reserve_compute", arguments: { amount: 90 } }, until: 5 }),
        event(2, "ordered", null, { number: 1, what: "stop", body: { to: "w01" } }),
        event(2, "ruled", null, { act: "stop", to: ["w01"], extent: "worker" }),
        event(2, "ruled", null, { act: "cap", to: ["w01", "w02"], monitor: "over_need", until: 9 }),
      ],
      [],
    );
    expect(model.eventText.slice(-4)).toEqual(["held for approval: reserve 90", "from outside: a stop", "stop w01, by a person", "cap what they take w01 w02, on over_need, until round 9"]);
    expect(model.workerAt(model.eventWorker.at(model.events - 2))!.name).toBe("w01");
    expect(model.eventWorker.at(model.events - 1)).toBe(0);
    expect(model.worker("w02")!.moves.at(-1)!.mark).toBe("hold");
    expect(model.interventions).toHaveLength(2);
  });

  it("knows what a unit cost last", () => {
    expect(played().price).toBe(100);
  });
});
