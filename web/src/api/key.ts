/** The key by which a service beyond this machine lets one in; kept for this tab alone. */

import { Store } from "../app/store";

const KEPT = "key";

/** What the service said when it asked for a key; null while nobody is asked. */
export const asked = new Store<string | null>(null);

export const hasKey = (): boolean => sessionStorage.getItem(KEPT) !== null;

export function keep(key: string): void {
  sessionStorage.setItem(KEPT, key.trim());
  asked.set(null);
}

export function forget(): void {
  sessionStorage.removeItem(KEPT);
}

/** The header that carries it; never a URL, which histories and logs keep. */
export function withKey(headers: Record<string, string>): Record<string, string> {
  const key = sessionStorage.getItem(KEPT);
  return key ? { ...headers, authorization: `Bearer ${key}` } : headers;
}
