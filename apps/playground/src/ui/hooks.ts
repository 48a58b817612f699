import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { connection } from "../state/api.ts";
import { currentRoute, subscribeToRoute } from "../state/history.ts";
import { preferences } from "../state/preferences.ts";

export function useRoute() {
  return useSyncExternalStore(subscribeToRoute, currentRoute);
}

export function useConnection() {
  return useSyncExternalStore(connection.subscribe, () => connection.state);
}

export function usePreference<Name extends "theme" | "shortcuts">(name: Name): (typeof preferences)[Name] {
  return useSyncExternalStore(preferences.subscribe, () => preferences[name]);
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

/** Wide enough to read a document beside the results. */
export function useHasPanel(): boolean {
  return useMedia("(min-width: 1080px)");
}

/** The time, again every second while `running`. */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** True once `busy` has lasted for `ms`: shorter waits show nothing. */
export function useLasting(busy: boolean, ms = 200): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [busy, ms]);
  return busy && lasting;
}

/** Single-key shortcuts: outside fields and dialogs only, without modifiers, and only while they are switched on. */
export function useShortcuts(shortcuts: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!preferences.shortcuts || isField(event.target) || document.querySelector("dialog[open]")) return;
    const action = shortcuts[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")
  );
}
