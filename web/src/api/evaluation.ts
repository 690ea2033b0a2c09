/** The answer of a judgement of monitors, as `monitor eval --json` prints it: what is read of it here. */

export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Reached {
  round: number;
  share: number;
  low: number;
  high: number;
}

export interface OnFleet {
  runs: number;
  alarms: number;
  rate: Estimate;
  round: Estimate;
  delay: Estimate;
  damage: number | null;
  loss: Estimate;
  honest: number | null;
  curve: readonly Reached[];
}

export interface FalseAlarms {
  runs: number;
  alarms: number;
  rate: Estimate;
  accepted: "kept" | "refuted" | "untested" | "no bound";
}

export interface Detector {
  detector: string;
  alpha: number | null;
  guarantee: string;
  fleets: Readonly<Record<string, OnFleet>>;
  false_alarms: FalseAlarms | null;
  us_per_event: number;
  auroc: Estimate | null;
  beside_oracle: Estimate | null;
  withheld: readonly string[];
  failed: Readonly<Record<string, number>>;
}

export interface Evaluation {
  scenario: string;
  version: number;
  seeds: readonly number[];
  rounds: number;
  unit: string;
  nominal: number;
  fleets: Readonly<Record<string, { kind: string; workers: number; dilution: number; runs: number }>>;
  detectors: readonly Detector[];
  no_oracle: string;
}

/** The fleet that is to be noticed, in the answer's words. */
export const WRITTEN = "as written";
