/** Light and dark: as the system has it, or as the reader chose. */

import { useEffect } from "react";
import { Store, useStore } from "./store";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const dark = matchMedia("(prefers-color-scheme: dark)");
const chosen = new Store<Theme>(stored());
/** Rises whenever colours change: canvases draw anew. */
export const colours = new Store(0);

function stored(): Theme {
  const said = localStorage.getItem("theme");
  return said === "light" || said === "dark" ? said : "system";
}

function apply(): void {
  const theme = chosen.get();
  const isDark = theme === "dark" || (theme === "system" && dark.matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  colours.set(colours.get() + 1);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useStore(chosen);
  useEffect(() => {
    apply();
    dark.addEventListener("change", apply);
    return () => dark.removeEventListener("change", apply);
  }, [theme]);
  return [
    theme,
    (next) => {
      if (next === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
      chosen.set(next);
    },
  ];
}

apply();
