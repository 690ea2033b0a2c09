/** The service's resources, typed by its own description, and its refusals as errors. */

import { save } from "../app/save";
import { asked, withKey } from "./key";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Run = Schemas["Run"];
export type RunInFull = Schemas["RunInFull"];
export type RunPage = Schemas["RunPage"];
export type Rounds = Schemas["Rounds"];
export type ReferenceCurve = Schemas["ReferenceCurve"];
export type AlarmLine = Schemas["AlarmLine"];
export type AlarmPage = Schemas["AlarmPage"];
export type AlarmInFull = Schemas["AlarmInFull"];
export type Approvals = Schemas["Approvals"];
export type Artifacts = Schemas["Artifacts"];
export type Books = Schemas["Books"];
export type Cells = Schemas["Cells"];
export type Changes = Schemas["Changes"];
export type Completion = Schemas["Completion"];
export type Forecast = Schemas["Forecast"];
export type EventPage = Schemas["EventPage"];
export type FeedPage = Schemas["FeedPage"];
export type Flaw = Schemas["Flaw"];
export type HeldCall = Schemas["HeldCall"];
export type MovementPage = Schemas["MovementPage"];
export type NoteInFull = Schemas["NoteInFull"];
export type NotePage = Schemas["NotePage"];
export type Problem = Schemas["Problem"];
export type Requests = Schemas["Requests"];
export type ScenarioInFull = Schemas["ScenarioInFull"];
export type Scenarios = Schemas["Scenarios"];
export type Scores = Schemas["Scores"];
export type Sent = Schemas["Sent"];
export type StudyInFull = Schemas["StudyInFull"];
export type StudyLine = Schemas["StudyLine"];
export type StudyPage = Schemas["StudyPage"];
export type Valid = Schemas["Valid"];

/** What the service refused, and why, in its own words. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Nobody answered: the server is gone, or the network. */
export class Unreachable extends Error {}

/** Read one resource. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { headers: { accept: "application/json" }, signal: signal ?? null });
}

/** Tell the service something; the same `once` again is done once. */
export function send<T>(method: "POST" | "PUT", path: string, body: unknown, once?: string): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", "content-type": "application/json" };
  if (once) headers["idempotency-key"] = once;
  return ask<T>(path, { method, headers, body: JSON.stringify(body) });
}

/** A new name for something that is to be done once, however often it is sent. */
export const once = (): string => `page/${Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("")}`;

/** Get a file, and hand it to the reader under a name. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await fetch(path, { headers: withKey({}) });
  if (!answer.ok) throw new Refused(await problemOf(answer));
  save(name, await answer.blob());
}

async function ask<T>(path: string, how: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...how, headers: withKey(how.headers as Record<string, string>) });
  } catch (error) {
    if (how.signal?.aborted) throw error;
    throw new Unreachable("No answer from the server. What you see may be out of date.");
  }
  if (answer.ok) return (await answer.json()) as T;
  const problem = await problemOf(answer);
  if (answer.status === 401) asked.set(problem.detail);
  throw new Refused(problem);
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { type: "about:blank", title: answer.statusText, status: answer.status, detail: `The server answered ${answer.status} and no reason.`, errors: [] };
  }
}
