/** Texts that are being written; they are kept in this browser, and nowhere else. */

const PREFIX = "draft/";

export interface Draft {
  name: string;
  text: string;
}

export const draftOf = (name: string): string | null => localStorage.getItem(PREFIX + name);

export function keepDraft(name: string, text: string): void {
  try {
    localStorage.setItem(PREFIX + name, text);
  } catch {
    // The browser has no room: the text is still on the screen, and can be downloaded.
  }
}

export function dropDraft(name: string): void {
  localStorage.removeItem(PREFIX + name);
}

export function drafts(): Draft[] {
  const found = [];
  for (let index = 0; index < localStorage.length; index++) {
    const key = localStorage.key(index)!;
    if (key.startsWith(PREFIX)) found.push({ name: key.slice(PREFIX.length), text: localStorage.getItem(key)! });
  }
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** Where a new scenario begins: small, sound, and with something to find. */
export const BLANK = `scenario: my_first
task: Keep the experiments supplied.
world: {rounds: 120}
workers:
  - {policy: honest, count: 8}
  - {policy: weak_shard, count: 2, over_reserve: 15%}
chain: {life: 24 turns}
monitors:
  - over_need: {pool: [fleet, worker]}
  - unaccounted
`;
