import { describe, expect, it } from "vitest";
import { linkTo, placeOf, runPlace, type Place } from "../src/app/route";
import { fits } from "../src/screens/filter";

const there = (link: string): Place => {
  const [path, search = ""] = link.split("?");
  return placeOf(path!, search);
};

describe("a place and its link", () => {
  const places: Place[] = [
    { screen: "runs", q: "" },
    { screen: "runs", q: "state:running alarm:any" },
    { screen: "alarms", q: "" },
    { screen: "alarm", run: "r_1", alarm: 15 },
    { screen: "approvals", run: null, call: null },
    { screen: "approvals", run: "r_1", call: "w03.1/5/0" },
    { screen: "scenarios" },
    { screen: "scenario", name: "just_in_case" },
    { screen: "compare", study: "e_6a2c", runs: [], pick: "over_need/fleet" },
    { screen: "compare", study: null, runs: ["r_1", "r_2"], pick: null },
    runPlace("r_1"),
    runPlace("r_1", { face: "graph", at: 63, node: "note/n_014" }),
    runPlace("r_1", { face: "ledger", node: "project" }),
    runPlace("r_1", { face: "notes", node: "n_014", at: 3 }),
    runPlace("r_1", { from: 48, to: 72, at: 63 }),
    runPlace("r_1", { order: "held", digest: "cb1fcf65", at: 9 }),
    runPlace("r_1", { at: 63, worker: "w07", event: 6462, q: "note", show: "held" }),
  ];
  it.each(places)("lead back to each other: %o", (place) => {
    expect(there(linkTo(place))).toEqual(place);
  });

  it("leave out what is usual", () => {
    expect(linkTo(runPlace("r_1"))).toBe("/runs/r_1");
  });

  it("take nonsense for nothing", () => {
    expect(there("/runs/r_1?at=x&e=-3&show=all")).toEqual(runPlace("r_1"));
    expect(there("/runs/r_1/dance").screen).toBe("nothing");
    expect(there("/runs/%E0%A4%A").screen).toBe("run");
    expect(there("/elsewhere").screen).toBe("nothing");
    expect(there("/runs/r_1/alarms/none").screen).toBe("nothing");
  });
});

it("calls a run that stands still paused, and one without a process interrupted", () => {
  const run = { run: "r_1", scenario: "s", seed: 7, status: "interrupted", is_live: false, alarms: 0 };
  expect(fits(run, "state:paused")).toBe(true);
  expect(fits(run, "state:interrupted")).toBe(false);
});

describe("a filter", () => {
  const run = { run: "r_7f3a", scenario: "just_in_case", seed: 7, status: "running", is_live: false, alarms: 2 };
  it.each([
    ["", true],
    ["just r_7f", true],
    ["state:interrupted", true],
    ["state:running", false],
    ["alarm:any seed:7", true],
    ["alarm:none", false],
    ["seed:70", false],
    ["scenario:case", true],
  ])("%s", (query, expected) => {
    expect(fits(run, query)).toBe(expected);
  });
});
