import type { Embedder } from "../embedder.ts";
import { DbError } from "../errors.ts";
import type { Metric } from "../schemas/metric.ts";
import type { Span } from "../schemas/document.ts";
import { searchText } from "../tables/passage-rows.ts";
import { metrics } from "../vectors/metric.ts";
import { DEFAULT_VECTORS, vectorsOf } from "../vectors/vector-space.ts";
import type { HasVectors } from "../vectors/vector-space.ts";

/** Texts given to the embedder at once: enough to sort by length, few enough to stop soon when aborted. */
const EMBED_BATCH = 256;

/** What makes vectors of one kind. */
export interface EmbeddingSpace {
  readonly name: string;
  readonly metric: Metric;
  readonly embedder: Embedder;
}

/** Vectors of a document's passages, in order, by the name of their kind. */
export type KnownVectors = Readonly<Record<string, readonly Float32Array[]>>;

export interface PassageDraft {
  readonly document: { readonly title: string | undefined; readonly text: string };
  readonly passages: readonly Span[];
  /** Vectors that need not be made. */
  readonly known: KnownVectors;
}

/** Vectors of each draft, embedding across documents those that are not known. */
export async function embedPassages(
  drafts: readonly PassageDraft[],
  { spaces, signal }: { readonly spaces: readonly EmbeddingSpace[]; readonly signal: AbortSignal | undefined },
): Promise<HasVectors[]> {
  const made = new Map<string, readonly (readonly Float32Array[])[]>();
  for (const space of spaces) made.set(space.name, await embedOne(drafts, space, signal));
  return drafts.map((_, at) => {
    const all = Object.fromEntries(Array.from(made, ([name, vectors]) => [name, vectors[at] ?? []]));
    const { [DEFAULT_VECTORS]: vectors = [], ...named } = all;
    return { vectors, named };
  });
}

/** Why vectors that embedders have made cannot be stored: a model may overflow on a text, and is then not to be believed. */
export function vectorsError(document: HasVectors, spaces: readonly EmbeddingSpace[]): DbError | undefined {
  for (const { name, embedder } of spaces) {
    const { dimension } = embedder;
    const isWrong = (vector: Float32Array) => vector.length !== dimension || !vector.every(Number.isFinite);
    if (!vectorsOf(document, name).some(isWrong)) continue;
    return new DbError("embedding_invalid", `text: the model gave no vector of ${dimension} finite numbers for it`);
  }
  return undefined;
}

async function embedOne(
  drafts: readonly PassageDraft[],
  { name, metric, embedder }: EmbeddingSpace,
  signal: AbortSignal | undefined,
): Promise<(readonly Float32Array[])[]> {
  const texts = drafts.map(({ document: { title, text }, passages, known }) =>
    known[name] ? [] : passages.map(({ start, end }) => searchText(title, text.slice(start, end))),
  );
  const queue = texts.flat();
  const options = { normalize: metrics[metric].isScaled, ...(signal && { signal }) };
  const embedded: Float32Array[] = [];
  for (let at = 0; at < queue.length; at += EMBED_BATCH) {
    signal?.throwIfAborted();
    embedded.push(...(await embedder.embedDocuments(queue.slice(at, at + EMBED_BATCH), options)));
  }
  let next = 0;
  return drafts.map(({ known }, at) => known[name] ?? embedded.slice(next, (next += texts[at]?.length ?? 0)));
}
