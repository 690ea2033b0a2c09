import { describe, expect, it } from "vitest";
import { band, difference, graphOf, sinceOf } from "../src/run/graph";
import { RunModel } from "../src/run/model";

const WORKERS = ["w01", "w02", "w03", "w04", "w05", "w06", "w07", "w08"];

/** Eight workers, two lives of two rounds; the first four read n_001 in round 3 and take a fifth more. */
function played(): RunModel {
  let seq = 0;
  const model = new RunModel();
  const event = (round: number, kind: string, worker: string | null, more: object = {}) => ({ seq: ++seq, round, worker, generation: worker && Math.ceil(round / 2), agent: worker && `${worker}.${Math.ceil(round / 2)}`, kind, key: `${kind}/${seq}`, cause: null, ...more });
  const events: object[] = [event(0, "run_started", null, { rounds: 4, workers: 8, life: 2, resources: [{ name: "money", unit: "usd", decimals: 2 }, { name: "compute", unit: "gpu_h", decimals: 0 }] })];
  for (let round = 1; round <= 4; round++) {
    events.push(event(round, "need", null, { resource: "compute", amount: 100, notice: "" }));
    WORKERS.forEach((worker, place) => {
      if (round % 2 === 1) events.push(event(round, "episode_started", worker, { life: 2, parent: null }));
      if (round === 1 && place === 7) events.push(event(round, "note_written", worker, { note: "n_001", version: 1, name: "keep a margin", text: "" }));
      if (round === 3 && place < 4) events.push(event(round, "note_read", worker, { note: "n_001", version: 1 }));
      const amount = 100 + (round >= 3 && place < 4 ? 20 : 0) + (place % 2);
      events.push(event(round, "transfer", worker, { purpose: "reserve", legs: [{ resource: "money", debit: "project", credit: "vendor", amount: amount * 100 }, { resource: "compute", debit: "pool", credit: worker, amount }] }));
      events.push(event(round, "demand", worker, { resource: "compute", due: 90, used: 90, covered: 0, unserved: 0, held: 10 }));
    });
  }
  model.take(events, []);
  return model;
}

describe("a run's graph", () => {
  it("covers the generation that is alive", () => {
    const model = played();
    expect([1, 2, 3, 4].map((at) => sinceOf(model, at))).toEqual([1, 1, 3, 3]);
  });

  it("leads from notes over agents to accounts", () => {
    const graph = graphOf(played(), 4);
    expect(graph.notes.map((each) => each.id)).toEqual(["note/n_001"]);
    expect(graph.edges.filter((each) => each.kind === "read").map((each) => each.to)).toEqual(["agent/w01", "agent/w02", "agent/w03", "agent/w04"]);
    const taken = graph.edges.filter((each) => each.kind === "acquired").reduce((all, each) => all + each.amount, 0);
    expect(taken).toBe(8 * 200 + 4 * 40 + 4 * 2);
    const kept = graph.edges.filter((each) => each.kind === "kept").reduce((all, each) => all + each.amount, 0);
    expect(kept).toBe(4 * 40 + 4 * 2);
    expect(graph.accounts.map((each) => each.id)).toContain("account/w02");
    expect(Math.max(...graph.edges.map((each) => each.weight))).toBe(1);
  });

  it("shows who wrote a note in the generation in which it was written", () => {
    const wrote = graphOf(played(), 2).edges.filter((each) => each.kind === "wrote");
    expect(wrote.map((each) => [each.from, each.to])).toEqual([["note/n_001", "agent/w08"]]);
    expect(graphOf(played(), 4).edges.some((each) => each.kind === "wrote")).toBe(false);
  });
});

describe("whether readers differ", () => {
  it("is told with intervals over workers", () => {
    const { readers, others } = difference(played(), "n_001", 4);
    expect([readers!.workers, others!.workers]).toEqual([4, 4]);
    expect(readers!.mean).toBeCloseTo(0.205, 6);
    expect(others!.mean).toBeCloseTo(0.005, 6);
    expect(readers!.low).toBeGreaterThan(others!.high);
  });

  it("is told of nobody before anyone has read it", () => {
    expect(difference(played(), "n_001", 2).readers).toBeNull();
  });

  it("has no interval of one worker", () => {
    expect(band([0.1])).toEqual({ mean: 0.1, low: -Infinity, high: Infinity, workers: 1 });
    const two = band([0, 0.2])!;
    expect(two.high - two.mean).toBeCloseTo(12.706 * 0.1, 6);
  });
});
