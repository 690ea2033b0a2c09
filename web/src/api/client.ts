/** The service's resources, typed by its own description, and its refusals as errors. */

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
export type Scores = Schemas["Scores"];
export type NoteInFull = Schemas["NoteInFull"];
export type EventPage = Schemas["EventPage"];
export type Problem = Schemas["Problem"];

/** What the service refused, and why, in its own words. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Nobody answered: the server is gone, or the network. */
export class Unreachable extends Error {}

/** Read one resource. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { headers: { accept: "application/json" }, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable("No answer from the server. What you see may be out of date.");
  }
  if (answer.ok) return (await answer.json()) as T;
  throw new Refused(await problemOf(answer));
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { type: "about:blank", title: answer.statusText, status: answer.status, detail: `The server answered ${answer.status} and no reason.`, errors: [] };
  }
}
