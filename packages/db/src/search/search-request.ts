import { DbError } from "../errors.ts";
import { contradictionsOf, SearchRequest } from "../schemas/search.ts";
import type { SearchMode } from "../schemas/search.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import { vectorSpaces } from "../vectors/vector-space.ts";
import { filterTree } from "./filter-tree.ts";

/** A request whose mode is decided. */
export type ModedRequest = SearchRequest & { readonly mode: SearchMode };

/** Checks a request and decides its mode. @throws {DbError} `query_invalid`, `filter_invalid`, `cursor_invalid` */
export function readRequest(input: unknown, { shape }: PassageTable): ModedRequest {
  const request = parseRequest(input);
  const isDense = shape.dimension > 0;
  const { mode = request.like !== undefined ? "dense" : isDense ? "hybrid" : "keyword" } = request;
  if (request.vectors !== undefined) requireVectors(request.vectors, mode, shape);
  if (isDense || mode === "keyword") {
    const moded = { ...request, mode };
    // The mode that was not named may be one that an option does not go with.
    const [contradiction] = contradictionsOf(moded);
    if (contradiction) throw invalidRequest(`/${contradiction.field}`, contradiction.message);
    return moded;
  }
  throw new DbError("query_invalid", `The collection has no vectors for a ${mode} search.`, {
    hint: "Search it by keywords, or index it anew with vectors.",
    details: { pointer: request.like === undefined ? "/mode" : "/like" },
  });
}

function requireVectors(name: string, mode: SearchMode, shape: PassageTable["shape"]): void {
  const names = vectorSpaces(shape).map((space) => space.name);
  if (names.includes(name) && mode !== "keyword") return;
  const message = names.includes(name)
    ? "A keyword search uses no vectors."
    : `The collection has no vectors named ${name}.`;
  throw new DbError("query_invalid", message, {
    ...(names.length > 0 && { hint: `It has: ${names.join(", ")}.` }),
    details: { pointer: "/vectors" },
  });
}

function parseRequest(input: unknown): SearchRequest {
  // The filter has its own limits and errors, which must come before a recursive validator sees it.
  if (typeof input === "object" && input !== null && "filter" in input && input.filter !== undefined)
    filterTree(input.filter);
  const parsed = SearchRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const pointer = (issue?.path ?? []).map((key) => `/${String(key)}`).join("");
  const code = pointer === "/cursor" ? "cursor_invalid" : "query_invalid";
  throw invalidRequest(pointer, issue?.message ?? "not a request", code);
}

function invalidRequest(pointer: string, reason: string, code: "query_invalid" | "cursor_invalid" = "query_invalid") {
  return new DbError(code, `The search request is not valid at "${pointer}": ${reason}.`, { details: { pointer } });
}
