import type { Collection } from "@galen/db";
import type { WrittenDocument } from "../load/documents.ts";
import type { Faults } from "../tally.ts";

/** The most that one search returns. */
const MAX_HITS = 1_000;

/** Every document has the word "document", so both legs must find every document once, in its present version. */
export async function judgeSearches(
  collection: Collection,
  documents: ReadonlyMap<string, WrittenDocument>,
  faults: Faults,
): Promise<void> {
  for (const mode of ["keyword", "dense", "hybrid"] as const) {
    const { hits } = await collection.search({ query: "document", mode, limit: MAX_HITS });
    const ids = new Set(hits.map(({ id }) => id));
    faults.fault("duplicated", `${hits.length - ids.size} hits of a ${mode} search`, hits.length - ids.size);
    const expected = Math.min(MAX_HITS, documents.size);
    if (ids.size !== expected) faults.fault("differences", `${mode} search finds ${ids.size} of ${expected} documents`);
    for (const { id, text, passage } of hits) {
      if (documents.get(id)?.text.slice(passage.start, passage.end) !== text)
        faults.fault("torn", `${mode} search shows ${id} with a text that it does not have`);
    }
  }
}
