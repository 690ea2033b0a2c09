/** The x axis that all time panels share: rounds to pixels and back. */

export class Axis {
  constructor(
    readonly from: number,
    readonly to: number,
    readonly width: number,
  ) {}

  /** The left edge of a round, in pixels. */
  left(round: number): number {
    return ((round - 1 - this.from) / (this.to - this.from)) * this.width;
  }

  /** The right edge of a round: the moment after all its effects. */
  right(round: number): number {
    return this.left(round + 1);
  }

  /** How wide a round is. */
  get step(): number {
    return this.width / (this.to - this.from);
  }

  /** The round under a pixel. */
  roundAt(x: number): number {
    const share = Math.min(1, Math.max(0, x / this.width));
    return Math.min(this.to, Math.max(this.from + 1, Math.ceil(this.from + share * (this.to - this.from))));
  }

  /** Rounds to mark, some `most` of them, by generations where a life is known. */
  marks(life: number, most: number): number[] {
    const span = this.to - this.from;
    let every = life > 1 && life < span ? life : niceStep(span / most);
    while (span / every > most) every *= 2;
    const found = [];
    for (let round = Math.ceil(this.from / every) * every; round <= this.to; round += every) found.push(round);
    return found;
  }
}

export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)));
  const share = rough / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

/** At most `most` round values between two bounds. */
export function ticks(low: number, high: number, most: number): number[] {
  const every = niceStep((high - low) / most || 1);
  const found = [];
  for (let value = Math.ceil(low / every) * every; value <= high + every * 1e-9; value += every) found.push(Math.abs(value) < every * 1e-9 ? 0 : value);
  return found;
}
