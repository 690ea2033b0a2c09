/** The filter's words: `state:running alarm:any scenario:just seed:7`, or any part of a name. */

export interface Filtered {
  run: string;
  scenario: string;
  seed: number;
  status: string;
  is_live: boolean;
  alarms: number;
}

export function fits(run: Filtered, query: string): boolean {
  return query.trim().split(/\s+/).filter(Boolean).every((word) => fitsWord(run, word));
}

function fitsWord(run: Filtered, word: string): boolean {
  const [, name, value] = /^(\w+):(.*)$/.exec(word) ?? [];
  const state = run.status === "interrupted" ? "paused" : run.status === "running" && !run.is_live ? "interrupted" : run.status;
  switch (name) {
    case "state":
      return state.startsWith(value ?? "");
    case "scenario":
      return run.scenario.includes(value ?? "");
    case "seed":
      return String(run.seed) === value;
    case "run":
      return run.run.includes(value ?? "");
    case "alarm":
      return value === "none" ? run.alarms === 0 : run.alarms > 0;
    default:
      return run.run.includes(word) || run.scenario.includes(word);
  }
}
