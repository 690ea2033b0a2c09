/** What has come up since one last looked: calls that wait for a person, and new alarms. */

import { get, type Approvals, type HeldCall } from "../api/client";
import { asked, withKey } from "../api/key";
import { Frames } from "../api/feed";
import { Store } from "./store";

const AGAIN_MS = 2000;
const RETRY_MS = 3000;

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

async function alarms(): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch("/v1/feed?alarms=true", { headers: withKey({ accept: "text/event-stream" }) });
      if (answer.ok && answer.body) {
        const frames = new Frames();
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          for (const frame of frames.take(value)) if (frame.event === "verdicts") count(frame.data);
        }
      }
    } catch {
      // The connection broke; it is tried again.
    }
    await pause(RETRY_MS);
  }
}

function count(data: string): void {
  const said = JSON.parse(data) as { items: unknown[] };
  newAlarms.set(newAlarms.get() + said.items.length);
}

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
