/** One resource for one panel: read when it is first shown, and again when its address changes. */

import { useEffect, useState } from "react";
import { get } from "./client";

/** Read what lies at a path; null while nothing has come, and for no path. */
export function useResource<T>(path: string | null): [T | null, Error | null] {
  const [found, set] = useState<{ path: string; value: T } | null>(null);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    if (path === null) return;
    const leaving = new AbortController();
    fail(null);
    get<T>(path, leaving.signal).then(
      (value) => set({ path, value }),
      (failure: unknown) => leaving.signal.aborted || fail(failure as Error),
    );
    return () => leaving.abort();
  }, [path]);
  // What was read for another address stays in sight until the new one has come.
  return [path === null ? null : (found?.value ?? null), error];
}

const SETTLED_MS = 200;

/** A value that changes quickly, as it is once it has stood still for a moment. */
export function useSettled<T>(value: T): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
