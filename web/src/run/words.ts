/** Events and figures in words. Agents' own text is text: it is shown, and never markup. */

import type { AnyEvent, Leg } from "./event";

interface Units {
  termsOf(resource: string): { unit: string; decimals: number };
}

const THIN = " ";
const MINUS = "−";

/** A whole number, grouped; with its sign where it is a difference. */
export function whole(value: number, signed = false): string {
  const rounded = Math.round(value);
  const digits = Math.abs(rounded).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = rounded < 0 ? MINUS : signed && rounded > 0 ? "+" : "";
  return sign + digits;
}

export function percent(share: number, signed = false): string {
  const rounded = Math.round(share * 100);
  const sign = rounded < 0 ? MINUS : signed && rounded > 0 ? "+" : "";
  return `${sign}${Math.abs(rounded)}%`;
}

/** E with three digits: 34.9, 1,240, 0.52. */
export function evidence(value: number): string {
  if (value >= 1000) return value >= 1e6 ? value.toExponential(2).replace("e+", " × 10^") : whole(value);
  return value.toPrecision(3);
}

/** Natural logarithms of evidence, with two decimals and a real minus. */
export const nats = (value: number): string => value.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", MINUS);

/** An amount in the smallest unit, with its resource's unit. */
export function amount(value: number, resource: string, units: Units): string {
  const { unit, decimals } = units.termsOf(resource);
  const scaled = value / 10 ** decimals;
  const said = decimals ? scaled.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))/g, ",") : whole(scaled);
  return `${said}${THIN}${unit}`;
}

/** Agents' text on one line, its control characters shown, clipped. */
export function oneLine(text: string, longest = 80): string {
  const clean = shown(text).replace(/\s+/g, " ").trim();
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}

/** Control characters and direction marks made visible, so that they can do nothing. */
export function shown(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (mark) => {
    const code = mark.charCodeAt(0);
    return code < 32 ? String.fromCharCode(0x2400 + code) : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

export function decidedText(event: AnyEvent): string {
  const calls = event.calls as { tool: string; arguments: Record<string, unknown> }[];
  return calls.map(callText).join(", ") || "nothing";
}

export function callText(call: { tool: string; arguments: Record<string, unknown> }): string {
  const tool = call.tool.replace(/_compute$/, "").replaceAll("_", " ");
  const said = call.arguments.amount ?? call.arguments.name ?? call.arguments.payee ?? call.arguments.query ?? call.arguments.task ?? call.arguments.term;
  return said === undefined ? tool : `${tool} ${oneLine(String(said), 40)}`;
}

/** What an event says, on one line. */
export function texts(event: AnyEvent, units: Units): string {
  switch (event.kind) {
    case "run_started":
      return `the run begins: ${event.workers} workers, ${event.rounds} rounds`;
    case "need":
      return `need ${Number(event.amount).toFixed(1)}${THIN}${units.termsOf(String(event.resource)).unit} for each worker${event.roster ? `, ${amount(Number(event.roster), String(event.resource), units)} authorised` : ""}`;
    case "episode_started":
      return event.parent ? `is born, after ${event.parent}` : event.spawned_by ? `is born, started by ${event.spawned_by}` : "is born";
    case "episode_ended":
      return `ends after ${event.turns} turns${event.reason === "retired" || event.reason === "stuck" ? `, ${event.reason}` : ""}`;
    case "note_read":
      return `read ${event.note} v${event.version}`;
    case "note_written":
      return `wrote ${event.note} v${event.version} “${oneLine(String(event.name), 32)}”`;
    case "note_searched":
      return `searched “${oneLine(String(event.query), 32)}”`;
    case "transfer":
      return moved(event.legs as Leg[], units);
    case "pending":
      return `waits: ${moved(event.legs as Leg[], units)}`;
    case "settled":
      return `${event.outcome}: ${moved(event.legs as Leg[], units)}`;
    case "tool_result":
      return event.error ? `refused: ${oneLine(String(event.error))}` : oneLine(String(event.message));
    case "approval":
      return `${event.granted ? "approved" : "not approved"}: ${oneLine(String(event.reason))}`;
    case "demand": {
      const scale = 10 ** units.termsOf(String(event.resource)).decimals;
      const [due, used, held] = [event.due, event.used, event.held].map((each) => Number(each) / scale);
      return `demand ${due}: used ${used}, holds ${held}`;
    }
    case "intervened":
      return intervened(event, units);
    case "note_offered":
      return `offered “${oneLine(String(event.name), 32)}” to the commons`;
    case "note_refused":
      return `“${oneLine(String(event.name), 32)}” is not published: ${event.version ? `v${event.version} stood` : "there was none"}`;
    case "document_read":
      return `looked up “${oneLine(String(event.term), 32)}” in ${event.document} v${event.version}`;
    case "reflex_acted":
      return `reflex: ${{ refuse: "refused", release: "released", wait: "waited" }[String(event.did)] ?? event.did} by ${oneLine(String(event.rule))}`;
    case "stuck":
      return `is stuck for ${event.turns} turns: ${oneLine(String(event.sign))}`;
    case "harness_edited":
      return `set ${event.setting} of its harness from ${event.before} to ${event.after}`;
    case "task_taken":
      return `took ${event.task}, until round ${event.until}`;
    case "step_done":
      return `did step ${event.step} of ${event.task}: ${figure(event.start)} → ${figure(event.figure)}, ${event.minutes} min`;
    case "step_checked":
      return `step ${event.step} of ${event.task} is ${event.accepted ? "accepted" : "not accepted"}`;
    case "rolled_back":
      return event.step ? `took ${event.task} back to behind step ${event.step}` : `took ${event.task} back to its beginning`;
    case "task_closed":
      return `${event.task} is ${event.outcome}`;
    case "ruled":
      return ruled(event);
    case "call_ruled":
      return callRuled(event);
    case "ordered":
      return `from outside: ${ORDERS[String(event.what)] ?? event.what}${event.refused ? `, refused: ${oneLine(String(event.refused))}` : ""}`;
    case "run_finished":
      return `the run is ${event.status}`;
    default:
      return String(event.kind).replaceAll("_", " ");
  }
}

const ORDERS: Record<string, string> = { approve: "a held call is approved", deny: "a held call is denied", intervene: "the owner does something", stop: "a stop", failed: "a monitor failed, and its control acts" };

const ACTS: Record<string, string> = {
  hold: "hold what they ask for",
  deny: "deny what they ask for",
  resample: "ask again, and take the smaller",
  defer: "let a trusted policy decide",
  cap: "cap what they take",
  freeze: "freeze",
  claw_back: "take back",
  quarantine: "quarantine",
  stop: "stop",
};

function ruled(event: AnyEvent): string {
  const to = (event.to as string[] | undefined) ?? [];
  const by = event.monitor ? `on ${event.monitor}` : "by a person";
  const whom = event.extent === "fleet" ? "the fleet" : to.length > 4 ? `${to.length} of them` : to.join(" ");
  return `${ACTS[String(event.act)] ?? event.act}${whom ? ` ${whom}` : ""}, ${by}${event.until ? `, until round ${event.until}` : ""}`;
}

function callRuled(event: AnyEvent): string {
  const call = event.call as { tool: string; arguments: Record<string, unknown> } | undefined;
  const said = call ? ` ${callText(call)}` : "";
  switch (event.act) {
    case "hold":
      return `held for approval:${said}`;
    case "approve":
      return `approved:${said}`;
    case "deny":
      return `denied:${said}`;
    case "expire":
      return `nobody answered in time:${said}`;
    default:
      return `${ACTS[String(event.act)] ?? event.act}:${said}`;
  }
}

const figure = (value: unknown) => String(value).padStart(4, "0");

function intervened(event: AnyEvent, units: Units): string {
  const to = (event.to as string[] | undefined) ?? [];
  const sought = (event.sought as { account: string; resource: string; amount: number }[] | undefined) ?? [];
  const parts = [`the owner: ${String(event.act).replaceAll("_", " ")}`];
  if (to.length) parts.push(to.length > 4 ? `${to.length} workers` : to.join(" "));
  if (sought.length) parts.push(`${sought.map((each) => `${amount(each.amount, each.resource, units)} of ${each.account}`).join(" ")}`);
  if (event.family) parts.push(`family ${event.family}`);
  if (event.until) parts.push(`until round ${event.until}`);
  return parts.join(", ") + (event.text ? `: ${oneLine(String(event.text))}` : "");
}

function moved(legs: Leg[], units: Units): string {
  return legs.map((leg) => `${leg.debit} → ${leg.credit} ${amount(leg.amount, leg.resource, units)}`).join(", ");
}
