/** Where the reader is: every state is a link, and defaults are left out of it. */

/** How one looks at a run: over time, as a graph of who read what, at its books, its notes. */
export type Face = "time" | "graph" | "ledger" | "notes";

export interface RunPlace {
  screen: "run";
  run: string;
  face: Face;
  at: number | null;
  /** The window of the time panels: from behind round `from` to the end of round `to`. */
  from: number | null;
  to: number | null;
  worker: string | null;
  event: number | null;
  /** What is chosen on another face than time: a note, an account's owner. */
  node: string | null;
  q: string;
  show: Shown;
  order: Order;
  /** The digest a link was made from, in part; where the run has another, the page says so. */
  digest: string | null;
}

export type Place =
  | { screen: "runs"; q: string }
  | RunPlace
  | { screen: "alarms"; q: string }
  | { screen: "alarm"; run: string; alarm: number }
  | { screen: "approvals"; run: string | null; call: string | null }
  | { screen: "scenarios" }
  | { screen: "scenario"; name: string }
  | { screen: "compare"; study: string | null; runs: readonly string[]; pick: string | null }
  | { screen: "nothing"; path: string };

/** What the workers' ridges show. */
export type Shown = "excess" | "round" | "held";

/** In which order the lanes stand. */
export type Order = "name" | "excess" | "held";

const FACES: readonly string[] = ["graph", "ledger", "notes"];

export function placeOf(path: string, search: string): Place {
  const query = new URLSearchParams(search);
  const parts = path.split("/").filter(Boolean).map(decoded);
  const [first, second, third, fourth] = parts;
  if (!first || (first === "runs" && parts.length === 1)) return { screen: "runs", q: query.get("q") ?? "" };
  if (first === "alarms" && parts.length === 1) return { screen: "alarms", q: query.get("q") ?? "" };
  if (first === "approvals" && parts.length <= 3) return { screen: "approvals", run: second ?? null, call: third ?? null };
  if (first === "scenarios" && parts.length === 1) return { screen: "scenarios" };
  if (first === "scenarios" && second && parts.length === 2) return { screen: "scenario", name: second };
  if (first === "compare" && parts.length === 1) {
    const runs = (query.get("runs") ?? "").split(",").filter(Boolean);
    return { screen: "compare", study: query.get("study"), runs, pick: query.get("m") };
  }
  if (first === "runs" && second && third === "alarms" && fourth && /^\d{1,15}$/.test(fourth)) {
    return { screen: "alarm", run: second, alarm: Number(fourth) };
  }
  const isFace = third !== undefined && FACES.includes(third) && (parts.length === 3 || (third === "notes" && parts.length === 4));
  if (first === "runs" && second && (parts.length === 2 || isFace)) {
    return {
      screen: "run",
      run: second,
      face: isFace ? (third as Face) : "time",
      at: numberOf(query.get("at")),
      from: numberOf(query.get("from")),
      to: numberOf(query.get("to")),
      worker: query.get("w"),
      event: numberOf(query.get("e")),
      node: fourth ?? query.get("n"),
      q: query.get("q") ?? "",
      show: oneOf(query.get("show"), ["excess", "round", "held"]),
      order: oneOf(query.get("order"), ["name", "excess", "held"]),
      digest: query.get("digest"),
    };
  }
  return { screen: "nothing", path };
}

export function linkTo(place: Place): string {
  switch (place.screen) {
    case "runs":
      return withQuery("/runs", { q: place.q });
    case "alarms":
      return withQuery("/alarms", { q: place.q });
    case "alarm":
      return `/runs/${encodeURIComponent(place.run)}/alarms/${place.alarm}`;
    case "approvals":
      return ["/approvals", place.run, place.call].filter((each) => each !== null).map((each, number) => (number ? encodeURIComponent(each) : each)).join("/");
    case "scenarios":
      return "/scenarios";
    case "scenario":
      return `/scenarios/${encodeURIComponent(place.name)}`;
    case "compare":
      return withQuery("/compare", { study: place.study ?? "", runs: place.runs.join(","), m: place.pick ?? "" });
    case "run": {
      const inPath = place.face === "notes" && place.node ? `/${encodeURIComponent(place.node)}` : "";
      const face = place.face === "time" ? "" : `/${place.face}${inPath}`;
      return withQuery(`/runs/${encodeURIComponent(place.run)}${face}`, {
        at: place.at === null ? "" : String(place.at),
        from: place.from === null ? "" : String(place.from),
        to: place.to === null ? "" : String(place.to),
        w: place.worker ?? "",
        e: place.event === null ? "" : String(place.event),
        n: inPath ? "" : (place.node ?? ""),
        q: place.q,
        show: place.show === "excess" ? "" : place.show,
        order: place.order === "name" ? "" : place.order,
        digest: place.digest ?? "",
      });
    }
    case "nothing":
      return place.path;
  }
}

/** A run's live edge, with nothing chosen. */
export function runPlace(run: string, more: Partial<RunPlace> = {}): RunPlace {
  return { screen: "run", run, face: "time", at: null, from: null, to: null, worker: null, event: null, node: null, q: "", show: "excess", order: "name", digest: null, ...more };
}

function withQuery(path: string, query: Record<string, string>): string {
  const said = Object.entries(query).filter(([, value]) => value !== "");
  return said.length ? `${path}?${new URLSearchParams(said)}` : path;
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function oneOf<T extends string>(text: string | null, known: readonly [T, ...T[]]): T {
  return known.find((each) => each === text) ?? known[0];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
