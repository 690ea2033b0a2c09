/** A run that is followed: its model, its record, and how the feed stands. */

import { useEffect, useState } from "react";
import { get, type ReferenceCurve, type RunInFull } from "../api/client";
import { follow } from "../api/feed";
import { Store } from "../app/store";
import { RunModel } from "./model";

export interface Live {
  model: RunModel;
  /** Rises once a frame in which something came. */
  version: Store<number>;
  record: Store<RunInFull | null>;
  reference: Store<readonly number[]>;
  feed: Store<Feed>;
  error: Store<Error | null>;
}

export interface Feed {
  isConnected: boolean;
  isDegraded: boolean;
  isOver: boolean;
  heardAt: number;
}

const BEHIND = 2000;
const READING_MS = 250;

function begin(run: string): [Live, () => void] {
  const live: Live = {
    model: new RunModel(),
    version: new Store(0),
    record: new Store<RunInFull | null>(null),
    reference: new Store<readonly number[]>([]),
    feed: new Store<Feed>({ isConnected: true, isDegraded: false, isOver: false, heardAt: Date.now() }),
    error: new Store<Error | null>(null),
  };
  const leaving = new AbortController();
  const path = `/v1/runs/${encodeURIComponent(run)}`;
  const fail = (error: unknown) => {
    if (!leaving.signal.aborted) live.error.set(error as Error);
  };
  const read = () => get<RunInFull>(path, leaving.signal).then(live.record.set.bind(live.record)).catch(fail);
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastRead = 0;
  const told = () => {
    frame = 0;
    live.version.set(live.version.get() + 1);
    beside();
    if (Date.now() - lastRead > 1000) {
      lastRead = Date.now();
      void read();
    }
  };
  // While much is still to be read, what was read is drawn now and then, not once a frame.
  const ask = () => {
    if (frame || timer) return;
    const isBehind = (live.record.get()?.events ?? 0) - live.model.events > BEHIND;
    if (isBehind) timer = setTimeout(() => ((timer = undefined), (frame = requestAnimationFrame(told))), READING_MS);
    else frame = requestAnimationFrame(told);
  };
  // The honest twin is played when it is asked for: not while the run itself is still being read.
  let isAsked = false;
  const beside = () => {
    const { record, model } = live;
    if (isAsked || model.events < (record.get()?.events ?? 0)) return;
    isAsked = true;
    get<ReferenceCurve>(`${path}/reference`, leaving.signal)
      .then((curve) => {
        live.reference.set(curve.excess);
        live.version.set(live.version.get() + 1);
      })
      // Without a reference the excess still stands beside its need.
      .catch(() => {});
  };
  const note = (change: Partial<Feed>) => live.feed.set({ ...live.feed.get(), ...change });
  let stop = () => {};
  void read().then(() => {
    if (leaving.signal.aborted || live.error.get()) return;
    stop = follow(run, 0, {
      batch: (events, verdicts) => {
        live.model.take(events, verdicts);
        note({ heardAt: Date.now() });
        ask();
      },
      degraded: (isDegraded) => note({ isDegraded }),
      connected: (isConnected) => note({ isConnected }),
      end: () => {
        note({ isOver: true });
        void read();
        frame ||= requestAnimationFrame(told);
      },
    });
  });
  return [
    live,
    () => {
      leaving.abort();
      stop();
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    },
  ];
}

/** Follow a run while this is shown. */
export function useLive(run: string): Live | null {
  const [live, set] = useState<Live | null>(null);
  useEffect(() => {
    const [begun, end] = begin(run);
    set(begun);
    return end;
  }, [run]);
  return live;
}
