import { describe, expect, it } from "vitest";
import { Axis, ticks } from "../src/draw/axis";
import { ago } from "../src/run/time";
import { amount, evidence, oneLine, percent, shown, whole } from "../src/run/words";

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
