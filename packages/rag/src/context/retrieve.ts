import type { Hit } from "@galen/db/schemas";
import type { CollectionReads } from "@galen/db";
import type { AnswerRequest } from "../schemas/answer.ts";
import type { Passage } from "./passage.ts";

/** Passages asked for beyond the limit: some are dropped as repeats, some for coming from one document. */
const OVERFETCH = 3;
const MAX_FETCH = 100;

/** The passages that fit the question best, best first. */
export async function retrieve(
  collection: CollectionReads,
  { question, limit, mode, filter }: Pick<AnswerRequest, "question" | "limit" | "mode" | "filter">,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Passage[]> {
  const { hits } = await collection.search(
    {
      query: question,
      limit: Math.min(limit * OVERFETCH, MAX_FETCH),
      ...(mode !== undefined && { mode }),
      level: "passage",
      explain: true,
      ...(filter !== undefined && { filter }),
    },
    signal === undefined ? {} : { signal },
  );
  return hits.map(toPassage);
}

function toPassage({ id, title, passage, text, score, explain }: Hit): Passage {
  const dense = explain?.dense;
  return {
    documentId: id,
    title,
    span: passage,
    text,
    score,
    cosine: dense?.metric === "cosine" ? dense.raw : undefined,
  };
}
