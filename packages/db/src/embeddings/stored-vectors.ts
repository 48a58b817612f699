import { readJsonLines } from "../archive/json-lines.ts";
import { decodeVector } from "../archive/vector-text.ts";
import type { Collection } from "../collection.ts";
import { DbError } from "../errors.ts";
import type { DocumentInput } from "../schemas/document.ts";
import { ExportedDocument } from "../schemas/export.ts";
import type { Filter } from "../schemas/filter.ts";

export interface StoredText {
  readonly document: ExportedDocument;
  /** A vector a passage. */
  readonly vectors: readonly Float32Array[];
}

/** What a collection holds, with its vectors, in order of id. */
export async function* storedTexts(collection: Collection, filter?: Filter): AsyncGenerator<StoredText> {
  const lines = collection.export("jsonl", { vectors: true, ...(filter && { filter }) });
  for await (const record of readJsonLines(lines)) {
    if (!("value" in record)) continue;
    const document = ExportedDocument.parse(record.value);
    yield { document, vectors: (document.embedding?.vectors ?? []).flatMap((text) => decodeVector(text) ?? []) };
  }
}

/** Stores documents and gives the vectors that they have then, by id, where the collection has any. @throws {DbError} `document_invalid` when one cannot be stored */
export async function storeTexts(
  collection: Collection,
  documents: readonly DocumentInput[],
  hasVectors = true,
): Promise<Map<string, readonly Float32Array[]>> {
  const vectors = new Map<string, readonly Float32Array[]>();
  if (documents.length === 0) return vectors;
  const { failed, ids } = await collection.upsert(documents);
  const [first] = failed;
  if (first) {
    throw new DbError("document_invalid", `${failed.length} documents cannot be stored; the first: ${first.message}.`, {
      details: { failed },
    });
  }
  if (!hasVectors) return vectors;
  for await (const { document, vectors: own } of storedTexts(collection, { id: { in: ids } })) {
    vectors.set(document.id, own);
  }
  return vectors;
}
