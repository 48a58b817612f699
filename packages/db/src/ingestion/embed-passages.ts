import type { Embedder } from "../embedder.ts";
import { DbError } from "../errors.ts";
import type { Span } from "../schemas/document.ts";
import { searchText } from "../tables/passage-rows.ts";

/** Texts given to the embedder at once: enough to sort by length, few enough to stop soon when aborted. */
const EMBED_BATCH = 256;

export interface PassageDraft {
  readonly document: { readonly title: string | undefined; readonly text: string };
  readonly passages: readonly Span[];
  /** Present when they are known already. */
  readonly vectors: readonly Float32Array[] | undefined;
}

/** Vectors of each draft, embedding across documents those that have none. */
export async function embedPassages(
  drafts: readonly PassageDraft[],
  { embedder, signal }: { readonly embedder: Embedder; readonly signal: AbortSignal | undefined },
): Promise<(readonly Float32Array[])[]> {
  const texts = drafts.map(({ document: { title, text }, passages, vectors }) =>
    vectors ? [] : passages.map(({ start, end }) => searchText(title, text.slice(start, end))),
  );
  const queue = texts.flat();
  const embedded: Float32Array[] = [];
  for (let at = 0; at < queue.length; at += EMBED_BATCH) {
    signal?.throwIfAborted();
    embedded.push(...(await embedder.embedDocuments(queue.slice(at, at + EMBED_BATCH), signal && { signal })));
  }
  let next = 0;
  return drafts.map(({ vectors }, at) => vectors ?? embedded.slice(next, (next += texts[at]?.length ?? 0)));
}

/** Why vectors that an embedder has made cannot be stored: a model may overflow on a text, and is then not to be believed. */
export function vectorsError(vectors: readonly Float32Array[], { dimension }: Embedder): DbError | undefined {
  const isWrong = (vector: Float32Array) => vector.length !== dimension || !vector.every(Number.isFinite);
  if (!vectors.some(isWrong)) return undefined;
  return new DbError("embedding_invalid", `text: the model gave no vector of ${dimension} finite numbers for it`);
}
