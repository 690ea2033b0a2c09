/** What has come up since one last looked: calls that wait for a person, and new alarms. */

import { get, type Approvals, type FeedPage, type HeldCall } from "../api/client";
import { asked } from "../api/key";
import { Store } from "./store";

const AGAIN_MS = 2000;

/** Every call that waits, of all runs; null until that is known. */
export const waiting = new Store<readonly HeldCall[] | null>(null);
/** How many alarms were raised since the reader last looked at them. */
export const newAlarms = new Store(0);

let isBegun = false;

/** Keep an ear on the service from now on; once for the page. */
export function listen(): void {
  if (isBegun) return;
  isBegun = true;
  void desk();
  void alarms();
}

/** Read again at once what waits: something was just done about it. */
export async function refresh(): Promise<void> {
  try {
    const { items } = await get<Approvals>("/v1/approvals");
    if (JSON.stringify(items) !== JSON.stringify(waiting.get())) waiting.set(items);
  } catch {
    // The next look may be answered; what is shown stays until then.
  }
}

async function desk(): Promise<void> {
  for (;;) {
    if (!document.hidden && asked.get() === null) await refresh();
    await pause(AGAIN_MS);
  }
}

/** Count alarms by asking again and again: a stream for each tab would use up the browser's connections. */
async function alarms(): Promise<void> {
  let after: string | null = null;
  for (;;) {
    if (!document.hidden && asked.get() === null) {
      try {
        const from: string = after === null ? "" : `&after=${encodeURIComponent(after)}`;
        const page: FeedPage = await get<FeedPage>(`/v1/feed?follow=false&alarms=true${from}`);
        after = page.next_after;
        const raised = page.items.reduce((count, part) => count + part.verdicts.length, 0);
        if (raised) newAlarms.set(newAlarms.get() + raised);
      } catch {
        // The next look may be answered.
      }
    }
    await pause(AGAIN_MS);
  }
}

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
