/** Plain data as YAML, for reading: the expanded form of a scenario. */

const PLAIN = /^[A-Za-z_/][\w ./%()-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|~)$/i;

export function yamlOf(value: unknown): string {
  return block(value, 0).join("\n") + "\n";
}

function block(value: unknown, depth: number): string[] {
  const pad = "  ".repeat(depth);
  if (Array.isArray(value)) {
    if (!value.length) return [`${pad}[]`];
    return value.flatMap((each) => {
      if (isFlat(each)) return [`${pad}- ${flow(each)}`];
      const [first, ...rest] = block(each, depth + 1);
      return [`${pad}- ${first!.trimStart()}`, ...rest];
    });
  }
  if (isTable(value)) {
    const entries = Object.entries(value);
    if (!entries.length) return [`${pad}{}`];
    return entries.flatMap(([key, each]) => (isFlat(each) ? [`${pad}${scalar(key)}: ${flow(each)}`] : [`${pad}${scalar(key)}:`, ...block(each, depth + 1)]));
  }
  return [`${pad}${scalar(value)}`];
}

const isTable = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands on one line: a scalar, or something small that holds only scalars. */
function isFlat(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((each) => !isTable(each) && !Array.isArray(each)) && flow(value).length < 80;
  if (isTable(value)) return Object.values(value).every((each) => !isTable(each) && !Array.isArray(each)) && flow(value).length < 80;
  return true;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (isTable(value)) return `{${Object.entries(value).map(([key, each]) => `${scalar(key)}: ${flow(each)}`).join(", ")}}`;
  return scalar(value);
}

function scalar(value: unknown): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !WORDS.test(value) && !value.endsWith(" ") ? value : JSON.stringify(value);
}
