/** What every face of a run is given: the run that is followed, and where the reader is. */

import type { RunPlace } from "../app/route";
import type { Live } from "./live";

export interface FaceProps {
  live: Live;
  place: RunPlace;
  /** The round that every panel shows. */
  at: number;
  move: (more: Partial<RunPlace>) => void;
}
