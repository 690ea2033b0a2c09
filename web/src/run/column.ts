/** Columns of numbers that grow: an event costs bytes, not objects. */

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

export class Column<A extends Numbers> {
  length = 0;
  constructor(private data: A, private readonly make: (size: number) => A) {}

  push(value: number): void {
    if (this.length === this.data.length) this.room(this.length + 1);
    this.data[this.length++] = value;
  }

  /** The value at a place; `other` where nothing was put yet. */
  at(index: number, other = 0): number {
    return index >= 0 && index < this.length ? this.data[index]! : other;
  }

  set(index: number, value: number): void {
    if (index >= this.data.length) this.room(index + 1);
    if (index >= this.length) this.length = index + 1;
    this.data[index] = value;
  }

  private room(needed: number): void {
    let size = Math.max(16, this.data.length);
    while (size < needed) size *= 2;
    const larger = this.make(size);
    larger.set(this.data as never);
    this.data = larger;
  }
}

export const floats = () => new Column(new Float64Array(64), (size) => new Float64Array(size));
export const counts = () => new Column(new Uint32Array(64), (size) => new Uint32Array(size));
export const codes = () => new Column(new Uint8Array(64), (size) => new Uint8Array(size));

/** The first place whose value is above `value`, in a column that never falls. */
export function above(column: { at(index: number): number; length: number }, value: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column.at(middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
