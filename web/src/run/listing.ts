/** The events that fit a filter, as rows of a list: it grows with the log, and is cut at any round. */

import { codes, counts } from "./column";
import { MARKS } from "./event";
import type { RunModel } from "./model";

/** So many rows there are up to a moment, and so many of them are events. */
export interface Cut {
  rows: number;
  events: number;
}

export class Listing {
  /** The event of a row; of a row that begins a round, the first event in it. */
  private readonly event = counts();
  private readonly isHead = codes();
  /** How many events there are up to each row. */
  private readonly before = counts();
  private readonly words: readonly string[];
  private readonly named: string | null;
  private done = 0;
  private round = -1;

  constructor(
    private readonly model: RunModel,
    query: string,
    worker: string | null,
  ) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    this.named = words.find((word) => word.startsWith("worker:"))?.slice(7) ?? worker;
    this.words = words.filter((word) => !word.startsWith("worker:"));
  }

  /** Take up the events that are new. */
  extend(): void {
    for (; this.done < this.model.events; this.done++) {
      if (!this.fits(this.done)) continue;
      const round = this.model.eventRound.at(this.done);
      if (round !== this.round) this.push(this.done, true);
      this.round = round;
      this.push(this.done, false);
    }
  }

  /** How much of the list lies before an event. */
  cut(end: number): Cut {
    const rows = this.firstFrom(end);
    return { rows, events: rows ? this.before.at(rows - 1) : 0 };
  }

  /** What a row shows: an event's place, or the round that begins. */
  row(index: number): { at: number; head: number | null } {
    const at = this.event.at(index);
    return { at, head: this.isHead.at(index) ? this.model.eventRound.at(at) : null };
  }

  /** The row of an event, or -1 where the filter leaves it out. */
  rowOf(at: number): number {
    const first = this.firstFrom(at);
    for (let row = first; row < this.event.length && this.event.at(row) === at; row++) if (!this.isHead.at(row)) return row;
    return -1;
  }

  private push(at: number, isHead: boolean): void {
    const last = this.before.at(this.before.length - 1);
    this.event.push(at);
    this.isHead.push(Number(isHead));
    this.before.push(last + Number(!isHead));
  }

  /** The first row whose event is at a place or behind it. */
  private firstFrom(at: number): number {
    let [low, high] = [0, this.event.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.event.at(middle) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private fits(at: number): boolean {
    const { model, words, named } = this;
    const mark = MARKS[model.eventMark.at(at)]!;
    // What only says that a call was done adds nothing to the call, unless it is asked for.
    if (mark === "other" && !words.length) return false;
    if (named && named !== (named.includes(".") ? model.eventAgent[at] : model.workerAt(model.eventWorker.at(at))?.name)) return false;
    return words.every((word) => mark.includes(word) || model.eventText[at]!.toLowerCase().includes(word) || model.eventAgent[at]!.includes(word));
  }
}
