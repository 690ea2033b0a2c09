import { describe, expect, it } from "vitest";
import { Axis, ticks } from "../src/draw/axis";
import { ago } from "../src/run/time";
import type { AnyEvent } from "../src/run/event";
import { amount, evidence, oneLine, percent, shown, texts, whole } from "../src/run/words";

const units = { termsOf: () => ({ unit: "usd", decimals: 2 }) };

describe("figures in words", () => {
  it("are grouped, signed and have their unit", () => {
    expect(whole(6229, true)).toBe("+6,229");
    expect(whole(-1903)).toBe("−1,903");
    expect(whole(0, true)).toBe("0");
    expect(percent(-0.134, true)).toBe("−13%");
    expect(amount(119_00, "money", units)).toBe("119.00 usd");
    expect(amount(1_234_567_89, "money", units)).toBe("1,234,567.89 usd");
    expect([0.523, 34.91, 1240, 2.5e7].map(evidence)).toEqual(["0.523", "34.9", "1,240", "2.50 × 10^7"]);
  });

  it("tell how long ago", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    expect(["2026-11-27T11:59:30Z", "2026-11-27T11:29:00Z", "2026-11-27T06:00:00Z", "2026-11-24T06:00:00Z"].map((each) => ago(each, now))).toEqual(["now", "31 min", "6 h", "3 d"]);
  });
});

describe("events in words", () => {
  const said = (kind: string, more: object) => texts({ kind, ...more } as unknown as AnyEvent, units);
  it.each([
    ["episode_started", { spawned_by: "w01.2a" }, "is born, started by w01.2a"],
    ["episode_ended", { turns: 3, reason: "retired" }, "ends after 3 turns, retired"],
    ["intervened", { act: "stand_down", to: ["w01", "w02"], until: 60, text: "Please stop." }, "the owner: stand down, w01 w02, until round 60: Please stop."],
    ["intervened", { act: "withdraw", sought: [{ account: "project", resource: "money", amount: 500 }] }, "the owner: withdraw, 5.00 usd of project"],
    ["demand", { resource: "copies", due: 0, used: 0, held: 2_00 }, "demand 0: used 0, holds 2"],
    ["task_taken", { task: "t07", until: 8 }, "took t07, until round 8"],
    ["step_done", { task: "t07", step: 3, start: 42, figure: 3035, minutes: 30 }, "did step 3 of t07: 0042 → 3035, 30 min"],
    ["step_checked", { task: "t07", step: 3, accepted: false }, "step 3 of t07 is not accepted"],
    ["rolled_back", { task: "t07", step: 0 }, "took t07 back to its beginning"],
    ["rolled_back", { task: "t07", step: 2 }, "took t07 back to behind step 2"],
    ["task_closed", { task: "t07", outcome: "lost" }, "t07 is lost"],
    ["document_read", { document: "d_1", version: 2, term: "constant-1" }, "looked up “constant-1” in d_1 v2"],
    ["reflex_acted", { rule: "when spent > 5: refuse pay", did: "refuse" }, "reflex: refused by when spent > 5: refuse pay"],
    ["stuck", { turns: 3, sign: "the same again" }, "is stuck for 3 turns: the same again"],
    ["harness_edited", { setting: "calls", before: 3, after: 9 }, "set calls of its harness from 3 to 9"],
    ["note_offered", { name: "plan" }, "offered “plan” to the commons"],
    ["note_refused", { name: "plan", version: 3 }, "“plan” is not published: v3 stood"],
    ["note_refused", { name: "plan", version: 0 }, "“plan” is not published: there was none"],
  ])("%s", (kind, more, text) => expect(said(kind, more)).toBe(text));
});

describe("agents' text", () => {
  it("is shown and can do nothing", () => {
    expect(shown("a\u001b[31mred\u202Eevil\u0000")).toBe("a␛[31mred\\u202eevil␀");
    expect(oneLine("<script>\n alert(1)</script>", 12)).toBe("<script> ale…");
  });
});

describe("the time axis", () => {
  const axis = new Axis(0, 240, 960);
  it("maps a round to its pixels and back", () => {
    for (const round of [1, 2, 63, 240]) {
      expect(axis.roundAt(axis.right(round))).toBe(round);
      expect(axis.roundAt(axis.left(round) + 0.01)).toBe(round);
    }
    expect([axis.roundAt(-5), axis.roundAt(5000)]).toEqual([1, 240]);
  });

  it("is marked at generations, and never crowded", () => {
    expect(axis.marks(24, 10)).toEqual([0, 24, 48, 72, 96, 120, 144, 168, 192, 216, 240]);
    expect(new Axis(0, 100_000, 960).marks(24, 10).length).toBeLessThan(12);
  });

  it("has round figures", () => {
    expect(ticks(1890, 3220, 3)).toEqual([2000, 2500, 3000]);
  });
});
