import assert from "node:assert/strict";
import type { Hit, SearchMode } from "@galen/db/schemas";
import type { ModelDocument, ModelPassage } from "../collection-model.ts";
import { filter } from "../filters.ts";
import type { ModelOperation, Twins } from "../model-operation.ts";
import { FAR } from "../open-twin.ts";
import { question, termsOf } from "../vocabulary.ts";

/** Scores are rounded to six digits, and float32 sums differ by their order; fusion divides by the best of them. */
const TOLERANCE = 1e-5;
const MOST = 1_000;

/** Nearest, compared with all vectors of the model. */
export const dense = searchOf("dense", likenesses);

/** By BM25. Which passages match is the model's; what a match weighs is the index's, and must be the same in every search. */
export const keyword = searchOf("keyword", async ({ collection }, query, passages, where) => {
  const terms = termsOf(query);
  const matching = passages.filter((passage) => [...terms].some((term) => passage.terms.has(term)));
  const weights = await bm25(collection, query, where);
  assert.deepEqual(
    [...weights.keys()].sort(),
    matching.map(({ key }) => key).sort(),
    `passages that match ${JSON.stringify({ query, where })}`,
  );
  return weights;
});

/** Both, joined as docs/concepts.md says: from the theoretical least to the best candidate, 0.8 to 0.2. */
export const hybrid = searchOf("hybrid", async (twins, query, passages, where) => {
  const weights = await bm25(twins.collection, query, where);
  const scores = await likenesses(twins, query, passages, where);
  const least = where.vectors === FAR ? 0 : -1;
  const [nearest, heaviest] = [Math.max(least, ...scores.values()), Math.max(0, ...weights.values())];
  return new Map(
    Array.from(scores, ([key, score]) => {
      const nearness = nearest > least ? (score - least) / (nearest - least) : 0;
      const weight = heaviest > 0 ? (weights.get(key) ?? 0) / heaviest : 0;
      return [key, 0.8 * nearness + 0.2 * weight];
    }),
  );
});

interface KeyedPassage extends ModelPassage {
  readonly key: string;
}

type Where = { readonly filter?: ReturnType<typeof filter>; readonly vectors?: string };

/** Cosines, or by their distance the likenesses of the further vectors. */
async function likenesses(
  { embedder, far }: Twins,
  query: string,
  passages: readonly KeyedPassage[],
  { vectors }: Where,
): Promise<Map<string, number>> {
  const asked = vectors === FAR ? await far.embedQuery(query, { normalize: false }) : await embedder.embedQuery(query);
  return new Map(
    passages.map((passage) => [
      passage.key,
      vectors === FAR ? 1 / (1 + squaredDistance(passage.far, asked)) : dot(passage.vector, asked),
    ]),
  );
}

/** Scores of the passages that the search must find. */
type Score = (
  twins: Twins,
  query: string,
  passages: readonly KeyedPassage[],
  where: Where,
) => Promise<ReadonlyMap<string, number>>;

function searchOf(mode: SearchMode, score: Score): ModelOperation {
  return {
    weight: 7,
    async run(twins) {
      const { random, model, collection } = twins;
      const query = question(random);
      const where: Where = {
        ...(random.chance(0.5) && { filter: filter(random) }),
        ...(mode !== "keyword" && random.chance(0.4) && { vectors: FAR }),
      };
      const level = random.chance(0.3) ? "passage" : "document";
      const limit = random.pick([1, 10, 10, 50, MOST]);
      const scores = await score(twins, query, model.matching(where.filter).flatMap(keyed), where);
      const expected = level === "passage" ? scores : best(scores);
      const request = { query, mode, level, ...where } as const;
      const hits = await allPages(limit, (page) => collection.search({ ...request, limit, ...page }));
      for (const hit of hits) assertContent(hit, model.documents.get(hit.id));
      assertRanking(
        hits.map((hit) => ({ key: level === "passage" ? keyOf(hit) : hit.id, score: hit.score })),
        expected,
      );
    },
  };
}

async function bm25(
  collection: Twins["collection"],
  query: string,
  { filter: chosen }: Where,
): Promise<Map<string, number>> {
  const request = { query, mode: "keyword", level: "passage", limit: MOST } as const;
  const { hits } = await collection.search({ ...request, ...(chosen && { filter: chosen }) });
  return new Map(hits.map((hit) => [keyOf(hit), hit.score]));
}

type Page = { readonly hits: readonly Hit[]; readonly cursor?: string | undefined };

/** Follows the cursors: pages together must be what one large page is. A window of small pages ends after 200 entries. */
async function allPages(limit: number, search: (page: { cursor?: string }) => Promise<Page>): Promise<Hit[]> {
  const hits: Hit[] = [];
  let page = await search({});
  hits.push(...page.hits);
  if (limit < 10) return hits;
  while (page.cursor !== undefined) {
    page = await search({ cursor: page.cursor });
    hits.push(...page.hits);
  }
  return hits;
}

interface Ranked {
  readonly key: string;
  readonly score: number;
}

/** The best ones of the expected, in order, with their scores, and none twice. Equal ones may be in any order. */
function assertRanking(ranked: readonly Ranked[], expected: ReadonlyMap<string, number>): void {
  assert.equal(new Set(ranked.map(({ key }) => key)).size, ranked.length, "a hit is there twice");
  let last = Number.POSITIVE_INFINITY;
  for (const { key, score } of ranked) {
    const wanted = expected.get(key);
    assert.ok(wanted !== undefined, `${key} must not be found`);
    assert.ok(Math.abs(score - wanted) <= TOLERANCE, `${key} has ${score} instead of ${wanted}`);
    assert.ok(score <= last, `${key} is out of order`);
    last = score;
  }
  const found = new Set(ranked.map(({ key }) => key));
  for (const [key, score] of expected) {
    assert.ok(found.has(key) || (ranked.length > 0 && score <= last + TOLERANCE), `${key} with ${score} is missing`);
  }
}

function assertContent(hit: Hit, document: ModelDocument | undefined): void {
  assert.ok(document, `${hit.id} does not exist`);
  assert.equal(hit.text, document.text.slice(hit.passage.start, hit.passage.end));
  assert.deepEqual(hit.metadata, document.metadata);
}

function best(scores: ReadonlyMap<string, number>): Map<string, number> {
  const documents = new Map<string, number>();
  for (const [key, score] of scores) {
    const id = key.slice(0, key.lastIndexOf("@"));
    documents.set(id, Math.max(score, documents.get(id) ?? Number.NEGATIVE_INFINITY));
  }
  return documents;
}

function keyed({ id, passages }: ModelDocument): KeyedPassage[] {
  return passages.map((passage) => ({ ...passage, key: `${id}@${passage.start}` }));
}

function keyOf({ id, passage }: Pick<Hit, "id" | "passage">): string {
  return `${id}@${passage.start}`;
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? Number.NaN), 0);
}

function squaredDistance(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + (value - (right[at] ?? Number.NaN)) ** 2, 0);
}
