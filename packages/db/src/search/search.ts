import type { Catalogue, StoredDocument } from "../catalogue/catalogue.ts";
import type { Embedder } from "../embedder.ts";
import { DbError } from "../errors.ts";
import { fusions } from "../fusion/fusion.ts";
import type { FusionName } from "../fusion/fusion.ts";
import type { FieldType } from "../schemas/collection.ts";
import { SearchRequest } from "../schemas/search.ts";
import type { Explanation, Hit, SearchMode, SearchResponse } from "../schemas/search.ts";
import type { PassageTable } from "../tables/passage-table.ts";
import { metrics } from "../vectors/metric.ts";
import { vectorSpaces } from "../vectors/vector-space.ts";
import { findCandidates } from "./candidates.ts";
import type { CandidateRequest, RankedPassage } from "./candidates.ts";
import { filterSql } from "./filter-sql.ts";
import { filterTree } from "./filter-tree.ts";
import type { Highlighter } from "./highlights.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { FrozenWindows } from "./windows.ts";

/** What a search reads. It takes no lock: writers replace whole documents in one commit. */
export interface SearchSources {
  readonly collectionId: string;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly catalogue: Catalogue;
  readonly table: PassageTable;
  readonly highlighter: Highlighter;
  readonly windows: FrozenWindows;
  readonly embedder: (vectors: string | undefined) => Promise<Embedder>;
}

/** Passages each leg lists at least: deep enough that pages of ten and one of a hundred agree. */
const MIN_DEPTH = 400;
const DEPTH_PER_HIT = 4;
/** Deepest search, for documents of so many passages that few of them fill a page. */
const MAX_DEPTH = 10_000;
/** Ranked entries kept for later pages, and pages kept where a page is large. */
const WINDOW_ENTRIES = 200;
const WINDOW_PAGES = 4;
/** A document may be replaced between the search and the reading of its text; then the search is repeated. */
const MAX_ATTEMPTS = 3;
const FUSION: FusionName = "convex";

/**
 * Answers one request: filter before ranking, legs, fusion, one hit a document, texts and highlights.
 * @throws {DbError} `query_invalid`, `filter_invalid`, `filter_field_unknown`, `cursor_invalid`, `cursor_expired`.
 */
export async function search(
  sources: SearchSources,
  input: unknown,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SearchResponse> {
  const stopwatch = new Stopwatch();
  const request = withMode(parseRequest(input), sources.table);
  const page =
    request.cursor === undefined
      ? await firstPage(sources, request, stopwatch, signal)
      : await laterPage(sources, request, request.cursor);
  signal?.throwIfAborted();
  const highlights = await stopwatch.time("highlight", () => sources.highlighter.highlight(request.query, page.hits));
  return {
    hits: page.hits.map((hit, at) => ({ ...hit, highlights: highlights[at] ?? [] })),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
    mode: request.mode,
    exact: page.exact,
    took_ms: stopwatch.elapsed(),
    ...(request.explain && { timings_ms: stopwatch.timings() }),
  };
}

interface Page {
  readonly hits: Hit[];
  readonly cursor: string | undefined;
  readonly exact: boolean;
}

async function firstPage(
  sources: SearchSources,
  request: ModedRequest,
  stopwatch: Stopwatch,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const embedding = embedOnce(sources, request, signal);
  for (let attempt = 1; ; attempt++) {
    const { ranked, exact } = await rank(sources, request, stopwatch, embedding);
    const { hits, next, missing } = await stopwatch.time("read", () => readHits(sources, request, ranked, 0));
    signal?.throwIfAborted();
    if (missing > 0 && attempt < MAX_ATTEMPTS) {
      sources.table.noteReplaced();
      continue;
    }
    const window = { ranked: ranked.slice(0, Math.max(WINDOW_ENTRIES, WINDOW_PAGES * request.limit)), exact };
    const hasMore = next < window.ranked.length;
    return { hits, exact, cursor: hasMore ? sources.windows.keep(window, request, next) : undefined };
  }
}

async function laterPage(sources: SearchSources, request: ModedRequest, cursor: string): Promise<Page> {
  const { window, offset, next: cursorAt } = sources.windows.resume(cursor, request);
  const { ranked, exact } = window;
  const { hits, next } = await readHits(sources, request, ranked, offset);
  return { hits, exact, cursor: next < ranked.length ? cursorAt(next) : undefined };
}

/** Deeper while there are too few documents among the passages found, and more passages to find. */
async function rank(
  sources: SearchSources,
  request: ModedRequest,
  stopwatch: Stopwatch,
  embedQuery: () => Promise<Float32Array>,
): Promise<{ ranked: RankedPassage[]; exact: boolean }> {
  const where = await stopwatch.time("filter", () => whereOf(sources, request.filter));
  const base: Omit<CandidateRequest, "depth"> = {
    query: request.query,
    mode: request.mode,
    vectors: request.vectors,
    where,
    embedQuery,
    fusion: fusions[FUSION],
    time: (stage, work) => stopwatch.time(stage, work),
  };
  for (let depth = Math.max(MIN_DEPTH, DEPTH_PER_HIT * request.limit); ; depth *= 4) {
    const { ranked, complete, exact } = await findCandidates(sources.table, { ...base, depth });
    const hits = request.level === "document" ? bestPassages(ranked) : ranked;
    if (hits.length > request.limit || complete || depth >= MAX_DEPTH) return { ranked: hits, exact };
  }
}

/** The predicate of a filter for this collection; `undefined` matches everything. */
export async function whereOf(
  { catalogue, collectionId, fields }: Pick<SearchSources, "catalogue" | "collectionId" | "fields">,
  filter: unknown,
): Promise<string | undefined> {
  if (filter === undefined) return undefined;
  return filterSql(filterTree(filter), {
    fields,
    seen: await catalogue.seenFields(collectionId),
    idsContaining: (text) => catalogue.idsContaining(collectionId, text),
  });
}

function embedOnce(
  sources: SearchSources,
  { query, vectors }: SearchRequest,
  signal: AbortSignal | undefined,
): () => Promise<Float32Array> {
  let vector: Promise<Float32Array> | undefined;
  const embed = async () => {
    const { metric } = sources.table.space(vectors);
    const options = { normalize: metrics[metric].isScaled, ...(signal && { signal }) };
    return (await sources.embedder(vectors)).embedQuery(query, options);
  };
  return () => (vector ??= embed());
}

function bestPassages(ranked: readonly RankedPassage[]): RankedPassage[] {
  const seen = new Set<string>();
  return ranked.filter(({ documentId }) => !seen.has(documentId) && seen.add(documentId));
}

/** The next `limit` entries that still exist in the version that was ranked. */
async function readHits(
  { catalogue, collectionId, table }: SearchSources,
  request: ModedRequest,
  ranked: readonly RankedPassage[],
  offset: number,
): Promise<{ hits: Hit[]; next: number; missing: number }> {
  const hits: Hit[] = [];
  let next = offset;
  let missing = 0;
  while (hits.length < request.limit && next < ranked.length) {
    const entries = ranked.slice(next, next + request.limit - hits.length);
    next += entries.length;
    const versions = entries.map(({ documentId, rev }) => ({ id: documentId, rev }));
    const stored = new Map((await catalogue.documentsAt(collectionId, versions)).map((found) => [keyOf(found), found]));
    for (const entry of entries) {
      const document = stored.get(keyOf({ id: entry.documentId, rev: entry.rev }));
      if (document)
        hits.push(hitOf(document, entry, request.explain ? explanationOf(entry, request, table) : undefined));
      else missing++;
    }
  }
  return { hits, next, missing };
}

function keyOf({ id, rev }: { id: string; rev: number }): string {
  return `${rev} ${id}`;
}

function hitOf(document: StoredDocument, entry: RankedPassage, explain: Explanation | undefined): Hit {
  const { id, text, title, tags, metadata, object } = document;
  const { start, end } = document.passages[entry.chunkNo] ?? { start: 0, end: text.length };
  const { score } = entry;
  return {
    id,
    score,
    text: text.slice(start, end),
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    metadata,
    ...(object && { object }),
    passage: { start, end },
    highlights: [],
    ...(explain && { explain }),
  };
}

function explanationOf({ legs }: RankedPassage, { mode, vectors }: ModedRequest, table: PassageTable): Explanation {
  const { dense, keyword } = legs;
  return {
    fusion: mode === "hybrid" ? FUSION : "none",
    ...(dense && { dense: { ...dense, metric: table.space(vectors).metric } }),
    ...(keyword && { keyword }),
  };
}

/** A request whose mode is decided. */
type ModedRequest = SearchRequest & { readonly mode: SearchMode };

function withMode(request: SearchRequest, { shape }: PassageTable): ModedRequest {
  const { dimension } = shape;
  const { mode = dimension > 0 ? "hybrid" : "keyword" } = request;
  if (request.vectors !== undefined) requireVectors(request.vectors, mode, shape);
  if (dimension > 0 || mode === "keyword") return { ...request, mode };
  throw new DbError("query_invalid", `The collection has no vectors for a ${mode} search.`, {
    hint: "Search it by keywords, or index it anew with vectors.",
    details: { pointer: "/mode" },
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
  throw new DbError(code, `The search request is not valid at "${pointer}": ${issue?.message ?? "not a request"}.`, {
    details: { pointer },
  });
}
