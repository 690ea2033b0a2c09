/** Hand something to the reader as a file. */

const KEPT_MS = 10_000;

export function save(name: string, content: Blob): void {
  const place = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = place;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(place), KEPT_MS);
}
