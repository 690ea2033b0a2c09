/** Who read what, and where it went: a run's last generation as nodes in three columns and edges between them. */

import { above } from "./column";
import type { NoteModel, RunModel, Worker } from "./model";

export type Column = "note" | "agent" | "account";

export interface GraphNode {
  /** `note/n_014`, `agent/w07`, `account/w07`. */
  id: string;
  column: Column;
  /** What is written beside it: first in bold. */
  name: string;
  about: string;
  /** How much of the column's largest it is, in [0, 1]. */
  size: number;
  isOver: boolean;
  isAlarmed: boolean;
  /** The nodes that it stands for, where it is a bundle. */
  bundled: number;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: "read" | "wrote" | "acquired" | "kept";
  /** Of the largest of its kind, in [0, 1]. */
  weight: number;
  amount: number;
}

export interface Graph {
  since: number;
  notes: GraphNode[];
  agents: GraphNode[];
  accounts: GraphNode[];
  edges: GraphEdge[];
  /** Notes that were read or written since; those beyond the largest are bundled. */
  noteCount: number;
}

const MOST_NOTES = 14;
const MOST_AGENTS = 40;
const MOST_ACCOUNTS = 4;

/** Return the graph of the rounds from the beginning of the newest generation to the end of `at`. */
export function graphOf(model: RunModel, at: number): Graph {
  const since = sinceOf(model, at);
  const total = (worker: Worker, column: "acquired" | "released") => sum(worker[column], since, at);
  const workers = [...model.workers].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const moved = new Map(workers.map((worker) => [worker, { acquired: total(worker, "acquired"), kept: worker.excess.at(at) - worker.excess.at(since - 1) }]));
  const shown = workers.length <= MOST_AGENTS ? workers : [...workers].sort((a, b) => moved.get(b)!.kept - moved.get(a)!.kept).slice(0, MOST_AGENTS).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const agentOf = new Map<Worker, string>(workers.map((worker) => [worker, shown.includes(worker) ? `agent/${worker.name}` : "agent/*"]));
  const { notes, edges: told, count } = noteSide(model, since, at, agentOf);
  const largestKept = [...workers].sort((a, b) => moved.get(b)!.kept - moved.get(a)!.kept).slice(0, MOST_ACCOUNTS).filter((worker) => moved.get(worker)!.kept > 0);
  const accountOf = (worker: Worker) => (largestKept.includes(worker) ? `account/${worker.name}` : "account/*");
  const flows = new Map<string, GraphEdge>();
  for (const worker of workers) {
    const { acquired, kept } = moved.get(worker)!;
    flow(flows, { from: agentOf.get(worker)!, to: "account/pool", kind: "acquired", amount: acquired, weight: 0 });
    if (kept > 0) flow(flows, { from: agentOf.get(worker)!, to: accountOf(worker), kind: "kept", amount: kept, weight: 0 });
  }
  const edges = [...told, ...flows.values()].filter((edge) => edge.amount > 0);
  for (const kind of ["read", "wrote", "acquired", "kept"] as const) {
    const most = Math.max(...edges.filter((edge) => edge.kind === kind).map((edge) => edge.amount), 1e-9);
    for (const edge of edges) if (edge.kind === kind) edge.weight = edge.amount / most;
  }
  return { since, notes, agents: agentNodes(shown, workers.length - shown.length, at), accounts: accountNodes(model, at, since, workers, largestKept, moved), edges, noteCount: count };
}

/** The first round of the generation that is alive at a round. */
export function sinceOf(model: RunModel, at: number): number {
  const life = Math.max(1, model.life);
  return life >= model.rounds ? 1 : Math.floor((Math.max(at, 1) - 1) / life) * life + 1;
}

type Moved = ReadonlyMap<Worker, { acquired: number; kept: number }>;

function noteSide(model: RunModel, since: number, at: number, agentOf: ReadonlyMap<Worker, string>) {
  const reads = new Map<number, Map<Worker, number>>();
  const order = { length: model.readRound.length, at: (place: number) => model.readRound.at(place) };
  for (let place = above(order, since - 1); place < above(order, at); place++) {
    const worker = model.workerAt(model.readWorker.at(place));
    if (!worker) continue;
    const of = reads.get(model.readNote.at(place)) ?? new Map<Worker, number>();
    reads.set(model.readNote.at(place), of.set(worker, (of.get(worker) ?? 0) + 1));
  }
  const live = [...model.notes.values()].filter((note) => reads.has(note.place) || note.versions.some((each) => each.round >= since && each.round <= at));
  const readersOf = (note: NoteModel) => reads.get(note.place)?.size ?? 0;
  const largest = [...live].sort((a, b) => readersOf(b) - readersOf(a) || a.place - b.place).slice(0, MOST_NOTES);
  const shown = new Set(largest);
  const most = Math.max(1, ...live.map(readersOf));
  const edges = new Map<string, GraphEdge>();
  for (const note of live) {
    const id = shown.has(note) ? `note/${note.note}` : "note/*";
    for (const [worker, times] of reads.get(note.place) ?? []) flow(edges, { from: id, to: agentOf.get(worker)!, kind: "read", amount: times, weight: 0 });
    for (const each of note.versions) {
      const worker = each.round >= since && each.round <= at && each.worker ? model.worker(each.worker) : undefined;
      if (worker) flow(edges, { from: id, to: agentOf.get(worker)!, kind: "wrote", amount: 1, weight: 0 });
    }
  }
  const nodes: GraphNode[] = largest
    .sort((a, b) => a.place - b.place)
    .map((note) => ({ id: `note/${note.note}`, column: "note", name: note.name, about: `${note.note} v${versionAt(note, at)}`, size: readersOf(note) / most, isOver: false, isAlarmed: false, bundled: 0 }));
  const rest = live.length - largest.length;
  if (rest > 0) nodes.push({ id: "note/*", column: "note", name: `${rest} other notes`, about: "read by fewer", size: 0.2, isOver: false, isAlarmed: false, bundled: rest });
  return { notes: nodes, edges: [...edges.values()], count: live.length };
}

const versionAt = (note: NoteModel, at: number) => note.versions.findLast((each) => each.round <= at)?.version ?? 1;

function agentNodes(shown: readonly Worker[], rest: number, at: number): GraphNode[] {
  const nodes: GraphNode[] = shown.map((worker) => {
    const life = worker.lives.findLast((each) => each.born <= at);
    const isAlive = life !== undefined && (life.died ?? Infinity) >= at;
    return { id: `agent/${worker.name}`, column: "agent", name: life?.agent ?? worker.name, about: isAlive ? "" : "not alive", size: 1, isOver: false, isAlarmed: worker.alarms.some((alarm) => alarm.round <= at), bundled: 0 };
  });
  if (rest > 0) nodes.push({ id: "agent/*", column: "agent", name: `${rest} others`, about: "who took less", size: 1, isOver: false, isAlarmed: false, bundled: rest });
  return nodes;
}

function accountNodes(model: RunModel, at: number, since: number, workers: readonly Worker[], largest: readonly Worker[], moved: Moved): GraphNode[] {
  const acquired = [...moved.values()].reduce((all, each) => all + each.acquired, 0);
  const rest = workers.filter((worker) => !largest.includes(worker));
  const restKept = rest.reduce((all, worker) => all + Math.max(0, moved.get(worker)!.kept), 0);
  const most = Math.max(restKept, ...largest.map((worker) => moved.get(worker)!.kept), 1e-9);
  const money = model.termsOf("money");
  const spent = (model.budget.at(since - 1) - model.budget.at(at)) / 10 ** money.decimals;
  const node = (id: string, name: string, about: string, more: Partial<GraphNode> = {}): GraphNode => ({ id, column: "account", name, about, size: 0.5, isOver: false, isAlarmed: false, bundled: 0, ...more });
  const found = [node("account/project", "project/money", `${round(spent)} ${money.unit} spent`), node("account/pool", `pool/${model.resource}`, `−${round(acquired)} ${model.unit}`)];
  for (const worker of [...largest].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }))) {
    const { kept } = moved.get(worker)!;
    found.push(node(`account/${worker.name}`, `${worker.name}/${model.resource}`, `+${round(kept)} ${model.unit} above need`, { size: kept / most, isOver: true, isAlarmed: worker.alarms.some((alarm) => alarm.round <= at) }));
  }
  if (rest.length) found.push(node("account/*", `${rest.length} other workers`, `${restKept > 0 ? "+" : ""}${round(restKept)} ${model.unit} above need`, { size: restKept / most, isOver: restKept > 0, bundled: rest.length }));
  return found;
}

const round = (value: number) => Math.round(value).toLocaleString("en-US");

function flow(into: Map<string, GraphEdge>, edge: GraphEdge): void {
  const key = `${edge.from}|${edge.to}|${edge.kind}`;
  const known = into.get(key);
  if (known) known.amount += edge.amount;
  else into.set(key, edge);
}

function sum(column: { at(index: number): number }, from: number, to: number): number {
  let total = 0;
  for (let round = from; round <= to; round++) total += column.at(round);
  return total;
}

export interface Difference {
  readers: Band | null;
  others: Band | null;
}

/** A mean share beyond need over workers, with a 95% interval over them. */
export interface Band {
  mean: number;
  low: number;
  high: number;
  workers: number;
}

/** Do those who have read a note take more beyond need than those who have not? Over the generation's rounds. */
export function difference(model: RunModel, note: string, at: number): Difference {
  const since = sinceOf(model, at);
  const place = model.notes.get(note)?.place;
  const readers = new Set<Worker>();
  for (let each = 0; each < model.readRound.length; each++) {
    if (model.readNote.at(each) !== place || model.readRound.at(each) > at) continue;
    const worker = model.workerAt(model.readWorker.at(each));
    if (worker) readers.add(worker);
  }
  const shares = (workers: readonly Worker[]) =>
    workers.flatMap((worker) => {
      let [taken, needed] = [0, 0];
      for (let round = since; round <= at; round++) [taken, needed] = [taken + worker.acquired.at(round), needed + model.need.at(round)];
      return needed > 0 ? [taken / needed - 1] : [];
    });
  return { readers: band(shares([...readers])), others: band(shares(model.workers.filter((worker) => !readers.has(worker)))) };
}

/** Student's t at 97.5%, by degrees of freedom; beyond those listed it is near enough the normal's. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042];

export function band(values: readonly number[]): Band | null {
  if (!values.length) return null;
  const mean = values.reduce((all, each) => all + each, 0) / values.length;
  if (values.length < 2) return { mean, low: -Infinity, high: Infinity, workers: values.length };
  const spread = Math.sqrt(values.reduce((all, each) => all + (each - mean) ** 2, 0) / (values.length - 1) / values.length);
  const reach = (T[values.length - 2] ?? 1.97) * spread;
  return { mean, low: mean - reach, high: mean + reach, workers: values.length };
}
