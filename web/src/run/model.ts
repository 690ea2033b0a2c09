/**
 * One run as the page holds it: a fold of the feed into columns.
 *
 * Every panel asks the same model about the same round. What an event says in full is fetched
 * when it is shown; here lies what is drawn, filtered and summed.
 */

import { above, codes, counts, floats, type Column } from "./column";
import { MARKS, type AnyEvent, type Leg, type Mark, type Verdict } from "./event";
import { decidedText, texts } from "./words";

const ACQUIRING: ReadonlySet<string> = new Set(["reserve", "invest", "spawn"]);

export interface Life {
  agent: string;
  generation: number;
  born: number;
  died: number | null;
}

export interface Moving {
  round: number;
  mark: "written" | "read" | "handoff" | "hold" | "transfer";
  seq: number;
}

export interface Alarm {
  monitor: string;
  pool: string;
  key: string;
  round: number;
  seq: number;
  sentence: string;
  wealth: number | null;
}

export interface Series {
  monitor: string;
  pool: string;
  /** Seq, round, and the highest score of all keys of the pool then. */
  rounds: Column<Uint32Array>;
  scores: Column<Float64Array>;
  firstAlarm: Alarm | null;
  alarms: number;
}

export class Worker {
  readonly acquired = floats();
  readonly held = floats();
  readonly excess = floats();
  readonly released = floats();
  readonly lives: Life[] = [];
  readonly moves: Moving[] = [];
  readonly alarms: Alarm[] = [];
  /** Steps of tasks handed in so far, and the tasks taken: where the work is tasks. */
  readonly steps = floats();
  readonly tasks: { task: string; from: number; to: number | null }[] = [];
  handedIn = 0;
  taken = 0;
  back = 0;
  constructor(readonly name: string) {}
}

/** A note as the log tells it: who wrote which version when. */
export interface NoteModel {
  note: string;
  name: string;
  /** Its place among notes, from 0. */
  place: number;
  versions: { version: number; round: number; worker: string | null; agent: string | null; seq: number }[];
}

interface Terms {
  name: string;
  unit: string;
  decimals: number;
}

export class RunModel {
  rounds = 0;
  round = 0;
  life = 0;
  resource = "";
  terms: Terms[] = [];
  readonly workers: Worker[] = [];
  readonly need = floats();
  readonly notices = new Map<number, string>();
  readonly acquired = floats();
  readonly needed = floats();
  readonly excess = floats();
  readonly budget = floats();
  /** Tasks closed as done, or lost, and steps handed in, by the end of a round. */
  readonly tasksDone = floats();
  readonly tasksLost = floats();
  readonly steps = floats();
  hasTasks = false;
  readonly alarms: Alarm[] = [];
  readonly series: Series[] = [];
  readonly interventions: { round: number; text: string; seq: number }[] = [];

  /** Notes by id, and who read which when: one entry of each column a reading. */
  readonly notes = new Map<string, NoteModel>();
  readonly readRound = counts();
  readonly readNote = counts();
  readonly readWorker = counts();
  /** What one unit cost when it was last taken, in the smallest unit of money. */
  price: number | null = null;

  readonly eventRound = counts();
  readonly eventMark = codes();
  readonly eventWorker = counts();
  readonly eventAgent: string[] = [];
  readonly eventText: string[] = [];
  readonly eventShare = floats();

  private readonly named = new Map<string, Worker>();
  private readonly places = new Map<string, number>();
  private readonly standing = new Map<string, Map<string, number>>();
  private money = 0;
  private readonly waiting = new Map<string, string>();

  get events(): number {
    return this.eventRound.length;
  }

  get unit(): string {
    return this.termsOf(this.resource).unit;
  }

  termsOf(resource: string): Terms {
    return this.terms.find((each) => each.name === resource) ?? { name: resource, unit: resource, decimals: 0 };
  }

  worker(name: string): Worker | undefined {
    return this.named.get(name);
  }

  workerAt(place: number): Worker | undefined {
    return this.workers[place - 1];
  }

  /** The first event behind the end of a round, as a place among events. */
  endOf(round: number): number {
    return above(this.eventRound, round);
  }

  take(events: readonly unknown[], verdicts: readonly unknown[]): void {
    for (const verdict of verdicts) this.hear(verdict as Verdict);
    for (const event of events) this.fold(event as AnyEvent);
  }

  private fold(event: AnyEvent): void {
    this.round = Math.max(this.round, event.round);
    let mark: Mark = "other";
    let share = NaN;
    switch (event.kind) {
      case "run_started":
        this.rounds = Number(event.rounds);
        this.life = Number(event.life);
        this.terms = event.resources as Terms[];
        mark = "world";
        break;
      case "need":
        mark = "world";
        this.foldNeed(event);
        break;
      case "episode_started":
        mark = "born";
        this.of(event).lives.push({ agent: String(event.agent), generation: event.generation ?? 0, born: event.round, died: null });
        break;
      case "episode_ended": {
        const last = this.of(event).lives.findLast((life) => life.agent === event.agent);
        if (last) last.died = event.round;
        this.letGo(this.of(event), event.round);
        break;
      }
      case "task_taken":
      case "step_done":
      case "step_checked":
      case "rolled_back":
      case "task_closed":
        mark = this.foldTask(event);
        break;
      case "reflex_acted":
        mark = "reflex";
        break;
      case "stuck":
        mark = "stuck";
        break;
      case "harness_edited":
        mark = "transfer";
        break;
      case "document_read":
        mark = "read";
        break;
      case "note_offered":
        mark = "written";
        break;
      case "note_refused":
        mark = "refused";
        break;
      case "decided":
        ({ mark, share } = this.foldDecided(event));
        break;
      case "note_written":
        mark = event.name === "handoff" ? "handoff" : "written";
        this.noteOf(event).versions.push({ version: Number(event.version), round: event.round, worker: event.worker, agent: event.agent, seq: event.seq });
        if (event.worker) this.move(event, mark);
        break;
      case "note_read":
        mark = "read";
        this.readRound.push(event.round);
        this.readNote.push(this.noteOf(event).place);
        this.readWorker.push(event.worker ? this.placeOf(event.worker) : 0);
        if (event.worker) this.move(event, "read");
        break;
      case "ruled":
        mark = "ruled";
        this.interventions.push({ round: event.round, text: texts(event, this), seq: event.seq });
        break;
      case "call_ruled":
        mark = event.act === "hold" ? "hold" : event.act === "deny" || event.act === "expire" ? "refused" : "ruled";
        if (event.worker && event.act === "hold") this.move(event, "hold");
        break;
      case "ordered":
        mark = event.refused ? "refused" : "ruled";
        break;
      case "transfer":
      case "settled":
        mark = this.foldMoved(event);
        break;
      case "pending":
        mark = "hold";
        this.waiting.set(event.key, event.worker ?? "");
        if (event.worker) this.move(event, "hold");
        break;
      case "demand":
        // Where nothing fell due, there is nothing to tell.
        mark = event.due || event.held ? "world" : "other";
        this.foldDemand(event);
        break;
      case "tool_result":
        mark = event.error ? "refused" : "other";
        break;
      case "intervened":
        mark = "owner";
        this.interventions.push({ round: event.round, text: texts(event, this), seq: event.seq });
        break;
    }
    this.eventRound.push(event.round);
    this.eventMark.push(MARKS.indexOf(mark));
    const worker = event.worker ?? this.ruledOn(event);
    this.eventWorker.push(worker ? this.placeOf(worker) : 0);
    this.eventAgent.push(event.agent ?? worker ?? "world");
    this.eventText.push(event.kind === "decided" ? decidedText(event) : texts(event, this));
    this.eventShare.push(share);
  }

  private foldNeed(event: AnyEvent): void {
    // Where there is a roster, what is watched are copies, whatever else is bought.
    if (!this.resource || event.roster) this.resource = String(event.resource);
    if (event.resource !== this.resource) return;
    for (const column of [this.tasksDone, this.tasksLost, this.steps]) column.set(event.round, column.at(event.round - 1));
    this.need.set(event.round, Number(event.amount));
    this.acquired.set(event.round, 0);
    this.needed.set(event.round, 0);
    this.excess.set(event.round, this.excess.at(event.round - 1));
    this.budget.set(event.round, this.money);
    if (event.notice) this.notices.set(event.round, String(event.notice));
  }

  private foldTask(event: AnyEvent): Mark {
    this.hasTasks = true;
    const worker = event.worker ? this.of(event) : null;
    switch (event.kind) {
      case "task_taken":
        if (worker) {
          this.letGo(worker, event.round);
          worker.tasks.push({ task: String(event.task), from: event.round, to: null });
        }
        return "task";
      case "step_done":
        if (worker) worker.handedIn += 1;
        this.steps.set(event.round, this.steps.at(event.round) + 1);
        return "step";
      case "step_checked":
        return event.accepted ? "other" : "refused";
      case "task_closed": {
        const column = event.outcome === "done" ? this.tasksDone : this.tasksLost;
        column.set(event.round, column.at(event.round) + 1);
        if (worker) this.letGo(worker, event.round);
        return event.outcome === "done" ? "closed" : "refused";
      }
      default:
        return "release";
    }
  }

  private letGo(worker: Worker, round: number): void {
    const last = worker.tasks.at(-1);
    if (last && last.to === null) last.to = round;
  }

  private foldDecided(event: AnyEvent): { mark: Mark; share: number } {
    const calls = event.calls as { tool: string; arguments: Record<string, unknown> }[];
    const taking = calls.find((call) => call.tool === `reserve_${this.resource}`);
    const need = this.need.at(event.round);
    if (!taking || !need) return { mark: "other", share: NaN };
    const share = Number(taking.arguments.amount) / need - 1;
    return { mark: share >= 0 ? "above" : "below", share };
  }

  /** The one worker that a ruling is on. */
  private ruledOn(event: AnyEvent): string | null {
    const to = event.kind === "ruled" ? ((event.to as string[] | undefined) ?? []) : [];
    const [one] = to;
    return to.length === 1 && one !== undefined && this.named.has(one) ? one : null;
  }

  private noteOf(event: AnyEvent): NoteModel {
    const id = String(event.note);
    let note = this.notes.get(id);
    if (!note) this.notes.set(id, (note = { note: id, name: id, place: this.notes.size, versions: [] }));
    if (event.kind === "note_written") note.name = String(event.name);
    return note;
  }

  private foldMoved(event: AnyEvent): Mark {
    this.foldPrice(event.legs as Leg[], String(event.purpose));
    const owner = event.kind === "settled" ? (this.waiting.get(event.key) ?? event.worker) : event.worker;
    let mark: Mark = "transfer";
    for (const leg of event.legs as Leg[]) {
      if (leg.resource === "money") {
        if (leg.debit === "project") this.money -= leg.amount;
        if (leg.credit === "project") this.money += leg.amount;
      }
      if (leg.resource !== this.resource) continue;
      const to = this.named.get(leg.credit);
      const from = this.named.get(leg.debit);
      if (to && ACQUIRING.has(String(event.purpose))) to.taken += leg.amount;
      if (from && (event.purpose === "release" || event.purpose === "retire")) {
        from.back += leg.amount;
        mark = "release";
      }
      if (to && from && owner) this.move(event, "transfer");
    }
    this.budget.set(event.round, this.money);
    return mark;
  }

  private foldPrice(legs: readonly Leg[], purpose: string): void {
    if (!ACQUIRING.has(purpose)) return;
    const paid = legs.find((leg) => leg.resource === "money");
    const taken = legs.find((leg) => leg.resource === this.resource);
    if (paid && taken?.amount) this.price = paid.amount / (taken.amount / 10 ** this.termsOf(this.resource).decimals);
  }

  private foldDemand(event: AnyEvent): void {
    if (event.resource !== this.resource || !event.worker) return;
    const worker = this.of(event);
    const round = event.round;
    const need = this.need.at(round);
    const scale = 10 ** this.termsOf(this.resource).decimals;
    const taken = worker.taken / scale;
    worker.acquired.set(round, taken);
    worker.released.set(round, worker.back / scale);
    worker.held.set(round, Number(event.held) / scale);
    worker.excess.set(round, worker.excess.at(worker.excess.length - 1) + taken - need);
    worker.steps.set(round, worker.handedIn);
    worker.taken = worker.back = 0;
    this.acquired.set(round, this.acquired.at(round) + taken);
    this.needed.set(round, this.needed.at(round) + need);
    this.excess.set(round, this.excess.at(round) + taken - need);
  }

  private hear(verdict: Verdict): void {
    const name = `${verdict.monitor}/${verdict.pool}`;
    let series = this.series.find((each) => `${each.monitor}/${each.pool}` === name);
    if (!series) {
      series = { monitor: verdict.monitor, pool: verdict.pool, rounds: counts(), scores: floats(), firstAlarm: null, alarms: 0 };
      this.series.push(series);
    }
    const keys = this.standing.get(name) ?? new Map<string, number>();
    this.standing.set(name, keys.set(verdict.key, verdict.score));
    series.rounds.push(verdict.round);
    series.scores.push(Math.max(...keys.values()));
    if (!verdict.alarm) return;
    const { monitor, pool, key, round, seq, sentence, wealth } = verdict;
    const alarm: Alarm = { monitor, pool, key, round, seq, sentence, wealth };
    series.firstAlarm ??= alarm;
    series.alarms += 1;
    this.alarms.push(alarm);
    const worker = this.named.get(key) ?? this.named.get(key.split(".")[0] ?? "");
    worker?.alarms.push(alarm);
  }

  private move(event: AnyEvent, mark: Moving["mark"]): void {
    this.of(event).moves.push({ round: event.round, mark, seq: event.seq });
  }

  private of(event: AnyEvent): Worker {
    return this.workers[this.placeOf(String(event.worker)) - 1]!;
  }

  private placeOf(name: string): number {
    const known = this.places.get(name);
    if (known) return known;
    const worker = new Worker(name);
    this.workers.push(worker);
    this.named.set(name, worker);
    this.places.set(name, this.workers.length);
    return this.workers.length;
  }
}
