import type { Filter, SearchMode, Span } from "@galen/db/schemas";

/** A document opened beside the results, optionally at a span. */
interface Panel {
  readonly id: string;
  readonly at?: Span;
}

export interface SearchRoute {
  readonly page: "search";
  readonly collection: string;
  readonly query: string;
  readonly mode: SearchMode;
  readonly filter?: Filter;
  /** The text of a filter in the address that is no filter; shown for repair instead of being dropped in silence. */
  readonly brokenFilter?: string;
  /** Which hits show how their score came about: none, the selected one, or all. */
  readonly explain: "none" | "hit" | "all";
  /** The selected hit. */
  readonly hit?: string;
  readonly panel?: Panel;
}

export interface AskRoute {
  readonly page: "ask";
  readonly collection: string;
  readonly panel?: Panel;
}

export type Route =
  | { readonly page: "collections" }
  | { readonly page: "collection"; readonly collection: string }
  | SearchRoute
  | AskRoute
  | { readonly page: "document"; readonly collection: string; readonly id: string; readonly at?: Span }
  | { readonly page: "add"; readonly collection: string }
  | { readonly page: "tasks" }
  | { readonly page: "about" }
  | { readonly page: "not-found"; readonly path: string };

export const searchModes = ["hybrid", "keyword", "dense"] as const satisfies readonly SearchMode[];

/** The page's state as it stands after `#`. A fragment reaches no server log, proxy or Referer header. */
export function formatRoute(route: Route): string {
  switch (route.page) {
    case "collections":
      return "#/";
    case "collection":
      return path("c", route.collection);
    case "search":
      return path("c", route.collection, "search") + search(searchParameters(route));
    case "ask":
      return path("c", route.collection, "ask") + search(panelParameters(route.panel));
    case "document":
      return path("c", route.collection, "docs", route.id) + search({ at: formatSpan(route.at) });
    case "add":
      return path("c", route.collection, "add");
    case "tasks":
    case "about":
      return `#/${route.page}`;
    case "not-found":
      return `#${route.path}`;
  }
}

/** Reads any string: what is no page of ours is `not-found`, what is no valid value is its default. */
export function parseRoute(hash: string): Route {
  const address = hash.replace(/^#/, "");
  const mark = address.indexOf("?");
  const names = decodePath(mark < 0 ? address : address.slice(0, mark));
  const parameters = new URLSearchParams(mark < 0 ? "" : address.slice(mark + 1));
  return (names && routeOf(names, parameters)) ?? { page: "not-found", path: address };
}

function routeOf(names: readonly string[], parameters: URLSearchParams): Route | undefined {
  const [first, collection, place, id, ...rest] = names;
  if (first === undefined) return { page: "collections" };
  if (names.length === 1 && (first === "tasks" || first === "about")) return { page: first };
  if (first !== "c" || collection === undefined || rest.length > 0) return undefined;
  if (place === undefined) return { page: "collection", collection };
  if (place === "docs" && id !== undefined)
    return { page: "document", collection, id, ...spanOf(parameters.get("at")) };
  if (id !== undefined) return undefined;
  if (place === "search") return searchRoute(collection, parameters);
  if (place === "ask") return { page: "ask", collection, ...panelOf(parameters) };
  return place === "add" ? { page: "add", collection } : undefined;
}

function searchRoute(collection: string, parameters: URLSearchParams): SearchRoute {
  const mode = parameters.get("mode");
  const explain = parameters.get("explain");
  const hit = parameters.get("hit");
  return {
    page: "search",
    collection,
    query: parameters.get("q") ?? "",
    mode: searchModes.find((known) => known === mode) ?? "hybrid",
    explain: explain === "hit" || explain === "all" ? explain : "none",
    ...filterOf(parameters.get("f")),
    ...(hit !== null && { hit }),
    ...panelOf(parameters),
  };
}

function searchParameters(route: SearchRoute): Record<string, string | undefined> {
  return {
    q: route.query || undefined,
    mode: route.mode === "hybrid" ? undefined : route.mode,
    f: route.filter === undefined ? route.brokenFilter : JSON.stringify(route.filter),
    explain: route.explain === "none" ? undefined : route.explain,
    hit: route.hit,
    ...panelParameters(route.panel),
  };
}

function panelParameters(panel: Panel | undefined): Record<string, string | undefined> {
  return { doc: panel?.id, at: formatSpan(panel?.at) };
}

function panelOf(parameters: URLSearchParams): { panel?: Panel } {
  const id = parameters.get("doc");
  return id === null ? {} : { panel: { id, ...spanOf(parameters.get("at")) } };
}

function filterOf(text: string | null): { filter?: Filter; brokenFilter?: string } {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isFilter(value) ? { filter: value } : { brokenFilter: text };
  } catch {
    return { brokenFilter: text };
  }
}

/** The shape alone: the server checks operators and types, and answers with the place that is wrong. */
export function isFilter(value: unknown): value is Filter {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function formatSpan(span: Span | undefined): string | undefined {
  return span && `${span.start}-${span.end}`;
}

function spanOf(text: string | null): { at?: Span } {
  const match = /^(\d{1,9})-(\d{1,9})$/.exec(text ?? "");
  if (!match) return {};
  const [start, end] = [Number(match[1]), Number(match[2])];
  return start < end ? { at: { start, end } } : {};
}

function path(...names: readonly string[]): string {
  // A lone surrogate cannot be written in an address; encodeURIComponent would throw.
  return `#/${names.map((name) => encodeURIComponent(name.toWellFormed())).join("/")}`;
}

function decodePath(text: string): string[] | undefined {
  try {
    return text
      .split("/")
      .filter((name) => name !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function search(parameters: Record<string, string | undefined>): string {
  const known = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // Our quotes, braces and colons stay readable: none of them ends a fragment.
  const text = new URLSearchParams(known).toString().replace(/%(3A|2C|7B|7D|5B|5D|22)/g, decodeURIComponent);
  return text === "" ? "" : `?${text}`;
}
