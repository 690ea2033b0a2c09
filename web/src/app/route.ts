/** Where the reader is: every state is a link, and defaults are left out of it. */

export type Place =
  | { screen: "runs"; q: string }
  | { screen: "run"; run: string; at: number | null; worker: string | null; event: number | null; q: string; show: Shown }
  | { screen: "alarms"; q: string }
  | { screen: "alarm"; run: string; alarm: number }
  | { screen: "nothing"; path: string };

/** What the workers' ridges show. */
export type Shown = "excess" | "round" | "held";

export function placeOf(path: string, search: string): Place {
  const query = new URLSearchParams(search);
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const [first, second, third, fourth] = parts;
  if (!first || (first === "runs" && parts.length === 1)) return { screen: "runs", q: query.get("q") ?? "" };
  if (first === "alarms" && parts.length === 1) return { screen: "alarms", q: query.get("q") ?? "" };
  if (first === "runs" && second && third === "alarms" && fourth && /^\d{1,15}$/.test(fourth)) {
    return { screen: "alarm", run: second, alarm: Number(fourth) };
  }
  if (first === "runs" && second && parts.length === 2) {
    return {
      screen: "run",
      run: second,
      at: numberOf(query.get("at")),
      worker: query.get("w"),
      event: numberOf(query.get("e")),
      q: query.get("q") ?? "",
      show: shownOf(query.get("show")),
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
    case "run":
      return withQuery(`/runs/${encodeURIComponent(place.run)}`, {
        at: place.at === null ? "" : String(place.at),
        w: place.worker ?? "",
        e: place.event === null ? "" : String(place.event),
        q: place.q,
        show: place.show === "excess" ? "" : place.show,
      });
    case "nothing":
      return place.path;
  }
}

/** A run's live edge, with nothing chosen. */
export function runPlace(run: string, more: Partial<Extract<Place, { screen: "run" }>> = {}): Place {
  return { screen: "run", run, at: null, worker: null, event: null, q: "", show: "excess", ...more };
}

function withQuery(path: string, query: Record<string, string>): string {
  const said = Object.entries(query).filter(([, value]) => value !== "");
  return said.length ? `${path}?${new URLSearchParams(said)}` : path;
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function shownOf(text: string | null): Shown {
  return text === "round" || text === "held" ? text : "excess";
}
