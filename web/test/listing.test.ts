import { describe, expect, it } from "vitest";
import { Listing } from "../src/run/listing";
import { RunModel } from "../src/run/model";

function played(rounds: number): RunModel {
  let seq = 0;
  const model = new RunModel();
  model.take(Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) => ["w01", "w02"].map((worker) => ({ seq: ++seq, round, worker, generation: 1, agent: `${worker}.1`, kind: "note_read", key: `${seq}`, cause: null, note: `n_00${round % 3}`, version: 1 }))), []);
  return model;
}

const shown = (listing: Listing, rows: number) => Array.from({ length: rows }, (_, row) => listing.row(row)).map(({ at, head }) => (head === null ? at + 1 : `round ${head}`));

describe("the list of events", () => {
  it("has a row for each round and each event, up to the moment", () => {
    const listing = new Listing(played(3), "", null);
    listing.extend();
    expect(listing.cut(4)).toEqual({ rows: 6, events: 4 });
    expect(shown(listing, 6)).toEqual(["round 1", 1, 2, "round 2", 3, 4]);
    expect(listing.cut(0)).toEqual({ rows: 0, events: 0 });
  });

  it("leaves out what does not fit, and finds what does", () => {
    const listing = new Listing(played(6), "worker:w02 n_001", null);
    listing.extend();
    expect(shown(listing, listing.cut(99).rows)).toEqual(["round 1", 2, "round 4", 8]);
    expect([listing.rowOf(1), listing.rowOf(7), listing.rowOf(0)]).toEqual([1, 3, -1]);
  });

  it("grows with the log to what it would be at once", () => {
    const model = played(2);
    const listing = new Listing(model, "", "w01");
    listing.extend();
    model.take([{ seq: 5, round: 2, worker: "w01", generation: 1, agent: "w01.1", kind: "note_read", key: "5", cause: null, note: "n_001", version: 1 }], []);
    listing.extend();
    const afresh = new Listing(model, "", "w01");
    afresh.extend();
    expect(listing.cut(5)).toEqual({ rows: 5, events: 3 });
    expect(shown(listing, 5)).toEqual(shown(afresh, 5));
  });
});
