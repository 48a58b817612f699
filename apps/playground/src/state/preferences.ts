export type Theme = "system" | "light" | "dark";

const listeners = new Set<() => void>();

/** What this browser remembers: never a query, a question or a key. */
export const preferences = {
  get theme(): Theme {
    const chosen = localStorage.getItem("galen.theme");
    return chosen === "light" || chosen === "dark" ? chosen : "system";
  },
  set theme(theme: Theme) {
    if (theme === "system") {
      localStorage.removeItem("galen.theme");
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem("galen.theme", theme);
      document.documentElement.dataset["theme"] = theme;
    }
    tell();
  },
  /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
  get shortcuts(): boolean {
    return localStorage.getItem("galen.shortcuts") !== "off";
  },
  set shortcuts(on: boolean) {
    if (on) localStorage.removeItem("galen.shortcuts");
    else localStorage.setItem("galen.shortcuts", "off");
    tell();
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

function tell(): void {
  for (const listener of listeners) listener();
}
