import { expect, it } from "vitest";
import { yamlOf } from "../src/edit/yaml";

it("writes plain data as YAML that reads back", () => {
  const value = { scenario: "mine", world: { rounds: 12, need: { compute: { demand: 100, sd: 20 } } }, workers: [{ policy: "honest", count: 2 }], text: "a: b # c", yes: "true", none: null, empty: [], list: [1, 2] };
  expect(yamlOf(value)).toBe(
    ["scenario: mine", "world:", "  rounds: 12", "  need:", "    compute: {demand: 100, sd: 20}", "workers:", "  - {policy: honest, count: 2}", 'text: "a: b # c"', '"yes": "true"', "none: null", "empty: []", "list: [1, 2]", ""].join("\n"),
  );
});
