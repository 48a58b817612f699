import type { SearchRequestInput } from "@galen/db/schemas";
import type { SearchRoute } from "./route.ts";

/** Hits of one page of results. */
const PAGE_SIZE = 10;

/** The request that a search page stands for; undefined while there is nothing to ask. Explanations always come along: every hit shows its parts. */
export function searchRequestOf({ query, mode, filter, brokenFilter }: SearchRoute): SearchRequestInput | undefined {
  if (query.trim() === "" || brokenFilter !== undefined) return undefined;
  // The default is the collection's: by words and meaning, or by words where it has no vectors.
  return { query, ...(mode !== "hybrid" && { mode }), ...(filter && { filter }), limit: PAGE_SIZE, explain: true };
}

/** Parts of the state to set; `undefined` takes a part away. */
type SearchChange = { readonly [Key in keyof SearchRoute]?: SearchRoute[Key] | undefined };
export type ChangeSearch = (change: SearchChange, options?: { replace?: boolean }) => void;

export function withChange(route: SearchRoute, change: SearchChange): SearchRoute {
  const entries = Object.entries({ ...route, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as SearchRoute;
}
