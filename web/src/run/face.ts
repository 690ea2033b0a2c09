/** What every face of a run is given: the run that is followed, and where the reader is. */

import { useSettled } from "../api/resource";
import type { RunPlace } from "../app/route";
import type { Live } from "./live";

export interface FaceProps {
  live: Live;
  place: RunPlace;
  /** The round that every panel shows. */
  at: number;
  move: (more: Partial<RunPlace>) => void;
}

/** The round that the service is asked about: it knows the whole run, also while the page still reads it. */
export function useAsked({ live, place, at }: Pick<FaceProps, "live" | "place" | "at">): number {
  return useSettled(place.at ?? Math.max(at, live.record.get()?.round ?? 0));
}
