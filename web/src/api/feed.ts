/**
 * A run's log, tailed: server-sent events read with fetch, whole and once.
 *
 * Verdicts come before the batch they point into and take effect with it. What was cut off
 * between the two is dropped, for the server sends it again behind the last batch that was seen.
 */

import { withKey } from "./key";

export interface Hearer {
  /** The next events and what monitors said of them, as the service wrote them. */
  batch(events: readonly unknown[], verdicts: readonly unknown[]): void;
  /** Redis is down and news come late; or it is back. */
  degraded(is: boolean): void;
  /** Nothing more will come. */
  end(status: string, digest: string): void;
  /** The connection broke, and is tried again; or it stands. */
  connected(is: boolean): void;
}

const RETRY_MS = 1000;

/** So long is read at a time while much is there. */
const SLICE_MS = 10;

/** Follow a run from behind event `after` to its end; returns what stops it. */
export function follow(run: string, after: number, hearer: Hearer): () => void {
  const stopping = new AbortController();
  void tail(run, after, hearer, stopping.signal);
  return () => stopping.abort();
}

async function tail(run: string, after: number, hearer: Hearer, signal: AbortSignal): Promise<void> {
  let seen = after;
  while (!signal.aborted) {
    await inSight(signal);
    // A page that nobody sees lets go of its connection: a browser has few of them for one server.
    const leaving = new AbortController();
    const leave = () => (signal.aborted || document.hidden) && leaving.abort();
    signal.addEventListener("abort", leave);
    document.addEventListener("visibilitychange", leave);
    try {
      const answer = await fetch(`/v1/runs/${encodeURIComponent(run)}/events`, {
        headers: withKey({ accept: "text/event-stream", "last-event-id": String(seen) }),
        signal: leaving.signal,
      });
      if (!answer.ok || !answer.body) throw new Error(`${answer.status}`);
      hearer.connected(true);
      const frames = new Frames();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let since = performance.now();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        for (const frame of frames.take(value)) {
          if (frame.event === "batch") seen = Number(frame.id);
          if (hear(frame, frames, hearer)) return;
          if (performance.now() - since > SLICE_MS) {
            await others();
            since = performance.now();
          }
        }
      }
    } catch {
      if (signal.aborted) return;
      if (document.hidden) continue;
    } finally {
      signal.removeEventListener("abort", leave);
      document.removeEventListener("visibilitychange", leave);
    }
    hearer.connected(false);
    await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
}

/** Wait until the page is looked at. */
function inSight(signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resume();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
}

/** Let keys and paints have their turn before more is read. */
function others(): Promise<void> {
  return new Promise((resume) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resume();
    port2.postMessage(null);
  });
}

function hear(frame: Frame, frames: Frames, hearer: Hearer): boolean {
  switch (frame.event) {
    case "verdicts":
      frames.waiting.push(...(JSON.parse(frame.data) as unknown[]));
      return false;
    case "batch":
      hearer.batch(JSON.parse(frame.data) as unknown[], frames.waiting.splice(0));
      return false;
    case "degraded":
    case "recovered":
      hearer.degraded(frame.event === "degraded");
      return false;
    case "end": {
      const said = JSON.parse(frame.data) as { status: string; digest: string };
      hearer.end(said.status, said.digest);
      return true;
    }
    default:
      return false;
  }
}

export interface Frame {
  event: string;
  id: string;
  data: string;
}

/** Cuts a stream of text into whole frames, however it comes. */
export class Frames {
  readonly waiting: unknown[] = [];
  private rest = "";

  take(text: string): Frame[] {
    const whole = (this.rest + text).split("\n\n");
    this.rest = whole.pop() ?? "";
    return whole.map(frameOf).filter((frame) => frame.event);
  }
}

function frameOf(text: string): Frame {
  const frame: Frame = { event: "", id: "", data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(": ");
    const name = line.slice(0, colon);
    if (name === "event" || name === "id" || name === "data") frame[name] = line.slice(colon + 2);
  }
  return frame;
}
