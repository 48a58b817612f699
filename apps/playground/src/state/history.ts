import { formatRoute, parseRoute, type Route } from "./route.ts";

const listeners = new Set<() => void>();

/** Pushes a step that Back returns from, or replaces the current one (while typing). */
export function navigate(route: Route, { replace = false }: { replace?: boolean } = {}): void {
  const hash = formatRoute(route);
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  for (const listener of listeners) listener();
}

export function currentRoute(): Route {
  if (memo.hash !== location.hash) memo = { hash: location.hash, route: parseRoute(location.hash) };
  return memo.route;
}

export function subscribeToRoute(listener: () => void): () => void {
  listeners.add(listener);
  // Links, Back and Forward move by themselves; pushState and replaceState are told by navigate.
  window.addEventListener("popstate", listener);
  window.addEventListener("hashchange", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
    window.removeEventListener("hashchange", listener);
  };
}

/** The same address is the same object, as useSyncExternalStore asks for. */
let memo: { hash: string | undefined; route: Route } = { hash: undefined, route: { page: "collections" } };
