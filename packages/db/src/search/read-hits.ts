import type { Catalogue, StoredDocument } from "../catalogue/catalogue.ts";
import type { Explanation, Hit } from "../schemas/search.ts";
import type { PassageReads } from "../tables/passage-reads.ts";
import type { RankedPassage } from "./candidates.ts";
import type { ModedRequest } from "./search-request.ts";

export interface HitSources {
  readonly collectionId: string;
  readonly catalogue: Catalogue;
  readonly table: PassageReads;
}

/** The next `limit` entries that still exist in the version that was ranked. */
export async function readHits(
  sources: HitSources,
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
    const stored = await documentsOf(sources, entries);
    for (const entry of entries) {
      const document = stored.get(entry);
      if (document) {
        hits.push(hitOf(document, entry, request.explain ? explanationOf(entry, request, sources.table) : undefined));
      } else missing++;
    }
  }
  return { hits, next, missing };
}

/** The documents of these entries at the versions that were ranked; one that has been replaced is absent. */
export async function documentsOf(
  { catalogue, collectionId }: HitSources,
  entries: readonly RankedPassage[],
): Promise<Map<RankedPassage, StoredDocument>> {
  const versions = entries.map(({ documentId, rev }) => ({ id: documentId, rev }));
  const stored = new Map((await catalogue.documentsAt(collectionId, versions)).map((found) => [keyOf(found), found]));
  return new Map(
    entries.flatMap((entry) => {
      const document = stored.get(keyOf({ id: entry.documentId, rev: entry.rev }));
      return document ? [[entry, document] as const] : [];
    }),
  );
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

function explanationOf(
  entry: RankedPassage,
  { mode, vectors, fusion }: ModedRequest,
  table: PassageReads,
): Explanation {
  const { legs, rerank, redundancy } = entry;
  const { dense, keyword } = legs;
  return {
    fusion: mode === "hybrid" ? (fusion?.method ?? "convex") : "none",
    ...(dense && { dense: { ...dense, metric: table.space(vectors).metric } }),
    ...(keyword && { keyword }),
    ...(rerank && { rerank }),
    ...(redundancy !== undefined && { redundancy }),
  };
}
