import type { Hit, SearchResponse } from "../schemas/search.ts";
import { facetsOf } from "./facets.ts";
import { rank } from "./rank.ts";
import { readHits } from "./read-hits.ts";
import { readRequest } from "./search-request.ts";
import type { ModedRequest } from "./search-request.ts";
import type { SearchOptions, SearchSources } from "./search-sources.ts";
import { snippetOf } from "./snippets.ts";
import { Stopwatch } from "./stopwatch.ts";
import { whereOf } from "./where.ts";
import { growWindow } from "./grow-window.ts";
import { windowEntries } from "./windows.ts";
import type { FrozenWindow } from "./windows.ts";

/** A document may be replaced between the search and the reading of its text; then the search is repeated. */
const MAX_ATTEMPTS = 3;

/**
 * Answers one request: filter before ranking, legs, fusion, one hit a document, texts and highlights.
 * @throws {DbError} `query_invalid`, `filter_invalid`, `filter_field_unknown`, `cursor_invalid`, `cursor_expired`.
 */
export async function search(
  sources: SearchSources,
  input: unknown,
  options: SearchOptions = {},
): Promise<SearchResponse> {
  const stopwatch = new Stopwatch();
  const request = readRequest(input, sources.table);
  const page =
    request.cursor === undefined
      ? await firstPage(sources, request, stopwatch, options)
      : await laterPage(sources, { ...request, cursor: request.cursor }, stopwatch, options);
  options.signal?.throwIfAborted();
  const hits = await stopwatch.time("highlight", () => highlighted(sources, request, page.hits));
  const counted = await counts(sources, request, stopwatch);
  return {
    hits,
    ...counted,
    ...(page.cursor !== undefined && { cursor: page.cursor }),
    mode: request.mode,
    exact: page.window.exact,
    ...(page.window.fuzzy === true && { fuzzy: true }),
    ...(page.window.expanded && { expanded: [...page.window.expanded] }),
    took_ms: stopwatch.elapsed(),
    ...(request.explain && { timings_ms: stopwatch.timings() }),
  };
}

interface Page {
  readonly hits: Hit[];
  readonly cursor: string | undefined;
  readonly window: FrozenWindow;
}

async function firstPage(
  sources: SearchSources,
  request: ModedRequest,
  stopwatch: Stopwatch,
  options: SearchOptions,
): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    const entries = request.limit + 1; // one more tells whether there is another page
    const { ranked, ended, ...found } = await rank(sources, request, { stopwatch, ...options, entries });
    const { hits, next, missing } = await stopwatch.time("read", () => readHits(sources, request, ranked, 0));
    options.signal?.throwIfAborted();
    if (missing > 0 && attempt < MAX_ATTEMPTS) {
      sources.table.noteReplaced();
      continue;
    }
    const { limit } = request;
    const most = windowEntries(limit);
    const window = { ...found, limit, ranked: ranked.slice(0, most), ended: ended || ranked.length >= most };
    const hasMore = next < window.ranked.length;
    return { hits, window, cursor: hasMore ? sources.windows.keep(window, request, next) : undefined };
  }
}

async function laterPage(
  sources: SearchSources,
  request: ModedRequest & { readonly cursor: string },
  stopwatch: Stopwatch,
  options: SearchOptions,
): Promise<Page> {
  const { window: kept, offset, next: cursorAt, grow } = sources.windows.resume(request.cursor, request);
  for (let window = kept; ;) {
    const { hits, next } = await stopwatch.time("read", () => readHits(sources, request, window.ranked, offset));
    options.signal?.throwIfAborted();
    const hasMore = next < window.ranked.length;
    if (hasMore || window.ended) return { hits, window, cursor: hasMore ? cursorAt(next) : undefined };
    const entries = next + request.limit - hits.length + 1;
    window = await growWindow(sources, request, window, { stopwatch, ...options, entries });
    grow(window);
  }
}

async function highlighted(
  { highlighter }: SearchSources,
  { query = "", snippet }: ModedRequest,
  hits: readonly Hit[],
): Promise<Hit[]> {
  const highlights = await highlighter.highlight(query, hits);
  return hits.map((hit, at) => {
    const marked = { ...hit, highlights: highlights[at] ?? [] };
    return snippet === undefined ? marked : { ...marked, snippet: snippetOf(marked, snippet) };
  });
}

/** What is said of all that matches the filter. */
async function counts(
  sources: SearchSources,
  { facets, filter, explain }: ModedRequest,
  stopwatch: Stopwatch,
): Promise<Pick<SearchResponse, "facets" | "selectivity">> {
  if (facets === undefined && !explain) return {};
  const { table, catalogue, collectionId } = sources;
  return stopwatch.time("count", async () => {
    const where = await whereOf(sources, filter);
    const seen = facets ? await catalogue.seenFields(collectionId) : [];
    const found = facets && (await facetsOf({ table, seen }, facets, where));
    if (!explain) return { ...(found && { facets: found }) };
    const [matching, total] = await Promise.all([table.countRows(where), table.countRows()]);
    return { ...(found && { facets: found }), selectivity: { matching, total } };
  });
}
