/** The reader's place, kept in the address: back and forward walk through it. */

import type { MouseEvent } from "react";
import { linkTo, placeOf, type Place } from "./route";
import { Store, useStore } from "./store";

const PAUSE_MS = 400;

const place = new Store<Place>(placeOf(location.pathname, location.search));
let lastStep = 0;

addEventListener("popstate", () => place.set(placeOf(location.pathname, location.search)));

export const usePlace = (): Place => useStore(place);
export const currentPlace = (): Place => place.get();

/** Go somewhere: a new step in the history. */
export function go(to: Place): void {
  history.pushState(null, "", linkTo(to));
  place.set(to);
}

/** Move within a screen; a quick series of steps leaves one entry in the history. */
export function step(to: Place): void {
  const now = performance.now();
  const link = linkTo(to);
  if (link === location.pathname + location.search) return;
  if (now - lastStep > PAUSE_MS) history.pushState(null, "", link);
  else history.replaceState(null, "", link);
  lastStep = now;
  place.set(to);
}

/** What a link needs: its address, and to be followed here unless a new tab is wanted. */
export function link(to: Place): { href: string; onClick: (event: MouseEvent) => void } {
  return {
    href: linkTo(to),
    onClick: (event) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(to);
    },
  };
}
