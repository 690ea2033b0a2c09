/** Rulings that can still be taken back: nothing is sent until five seconds have passed. */

import { send, type HeldCall, type Sent } from "../api/client";
import { refresh } from "../app/news";
import { Store } from "../app/store";

export type Answer = "approve" | "deny";

export interface Ruling {
  call: HeldCall;
  answer: Answer;
  /** When it is sent, on the clock of `performance.now()`. */
  due: number;
  state: "waits" | "sent" | "failed";
  reason: string;
}

export const UNDO_MS = 5000;

/** What was ruled on this page, the newest last. */
export const rulings = new Store<readonly Ruling[]>([]);

export const nameOf = (call: HeldCall): string => `${call.run}/${call.call}`;

export function rule(call: HeldCall, answer: Answer): void {
  const ruling: Ruling = { call, answer, due: performance.now() + UNDO_MS, state: "waits", reason: "" };
  rulings.set([...rulings.get().filter((each) => nameOf(each.call) !== nameOf(call)), ruling]);
  setTimeout(() => void settle(ruling), UNDO_MS);
}

/** Take the newest ruling back that was not sent yet; whether there was one. */
export function undo(): boolean {
  const last = rulings.get().findLast((each) => each.state === "waits");
  if (!last) return false;
  rulings.set(rulings.get().filter((each) => each !== last));
  return true;
}

async function settle(ruling: Ruling): Promise<void> {
  if (!rulings.get().includes(ruling)) return;
  let state: Ruling["state"] = "sent";
  let reason = "";
  try {
    const { run, call } = ruling.call;
    await send<Sent>("PUT", `/v1/runs/${encodeURIComponent(run)}/approvals/${call}`, { answer: ruling.answer });
  } catch (error) {
    [state, reason] = ["failed", (error as Error).message];
  }
  rulings.set(rulings.get().map((each) => (each === ruling ? { ...each, state, reason } : each)));
  await refresh();
}
