/** Events and verdicts as the feed brings them: the fields that this page reads. */

export interface Leg {
  resource: string;
  debit: string;
  credit: string;
  amount: number;
}

export interface AnyEvent {
  seq: number;
  round: number;
  worker: string | null;
  generation: number | null;
  agent: string | null;
  kind: string;
  key: string;
  cause: number | null;
  [field: string]: unknown;
}

export interface Verdict {
  monitor: string;
  pool: string;
  key: string;
  seq: number;
  round: number;
  score: number;
  alarm: boolean;
  wealth: number | null;
  sentence: string;
}

/** What a row of the event list shows first; the shape carries the meaning. */
export type Mark = "above" | "below" | "transfer" | "written" | "read" | "handoff" | "release" | "hold" | "born" | "world" | "refused" | "other" | "owner" | "task" | "step" | "closed" | "reflex" | "stuck" | "ruled";

export const MARKS: readonly Mark[] = ["above", "below", "transfer", "written", "read", "handoff", "release", "hold", "born", "world", "refused", "other", "owner", "task", "step", "closed", "reflex", "stuck", "ruled"];

export const SIGN: Record<Mark, string> = {
  above: "▲",
  below: "▼",
  transfer: "⇄",
  written: "●",
  read: "○",
  handoff: "◆",
  release: "↧",
  hold: "‖",
  born: "+",
  world: "┄",
  refused: "✕",
  other: "·",
  owner: "◇",
  task: "▸",
  step: "▪",
  closed: "✓",
  reflex: "↯",
  stuck: "‼",
  ruled: "■",
};
