import type { DocumentVersion } from "../catalogue/catalogue.ts";
import type { Span } from "../schemas/document.ts";
import { passageId } from "../tables/passage-row.ts";
import type { PassageReads } from "../tables/passage-reads.ts";
import type { KnownVectors } from "./embed-passages.ts";

/** Vectors that documents have in a table, by document id; those of a kind that some passage lacks are left out. */
export async function storedVectors(
  versions: readonly (DocumentVersion & { readonly passages: readonly Span[] })[],
  { table, names }: { readonly table: PassageReads; readonly names: readonly string[] },
): Promise<Map<string, KnownVectors>> {
  const found = new Map<string, Record<string, readonly Float32Array[]>>(versions.map(({ id }) => [id, {}]));
  for (const name of names) {
    const stored = await table.vectorsAt(versions, name);
    for (const { id, passages } of versions) {
      const vectors = passages.flatMap((_, at) => stored.get(passageId(id, at)) ?? []);
      const known = found.get(id);
      if (known && vectors.length === passages.length) known[name] = vectors;
    }
  }
  return found;
}
