import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { writeJsonLines } from "../archive/json-lines.ts";
import type { StoredDocument } from "../catalogue/catalogue.ts";
import { allDocuments } from "../catalogue/read-documents.ts";
import type { GenerationView } from "../generations/generation-view.ts";
import { decodeUtf8, readLines } from "../lines/index.ts";
import { SnapshotDocument } from "../schemas/snapshot.ts";

const BATCH_DOCUMENTS = 128;
/** The largest document, every character escaped, with the spans of its passages. */
const MAX_LINE_BYTES = 268_435_456;

/** Writes all documents, a line each, and says how many there are. To be called in the writer's lane. */
export async function writeDocuments(path: string, { catalogue, record }: GenerationView): Promise<number> {
  const file = await open(path, "wx");
  try {
    let count = 0;
    const lines = async function* () {
      for await (const documents of allDocuments(catalogue, record.id)) {
        count += documents.length;
        yield* documents.map(lineOf);
      }
    };
    for await (const chunk of writeJsonLines(lines())) await file.writeFile(chunk);
    return count;
  } finally {
    await file.close();
  }
}

/** The documents in batches, as they were written. */
export async function* readDocuments(path: string): AsyncGenerator<StoredDocument[]> {
  let batch: StoredDocument[] = [];
  for await (const { bytes, number } of readLines(createReadStream(path), { maxBytes: MAX_LINE_BYTES })) {
    const text = bytes && decodeUtf8(bytes);
    if (text === undefined) throw new Error(`line ${number} of a snapshot's documents cannot be read`);
    batch.push(documentOf(SnapshotDocument.parse(JSON.parse(text))));
    if (batch.length < BATCH_DOCUMENTS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function lineOf(document: StoredDocument): SnapshotDocument {
  const { id, rev, text, title, tags, metadata, source, object, passages, contentHash, textHash } = document;
  const { createdAt, updatedAt } = document;
  return {
    id,
    rev,
    text,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    metadata,
    ...(source !== undefined && { source }),
    ...(object && { object }),
    passages: [...passages],
    content_hash: contentHash,
    text_hash: textHash,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

function documentOf(line: SnapshotDocument): StoredDocument {
  const { title, tags, source, content_hash, text_hash, created_at, updated_at, ...rest } = line;
  return {
    ...rest,
    title,
    tags,
    source,
    contentHash: content_hash,
    textHash: text_hash,
    createdAt: new Date(created_at),
    updatedAt: new Date(updated_at),
  };
}
