import type { Document as GalenDocument, DocumentInput, Hit } from "@galen/db/schemas";
import { Document, type DocumentInterface } from "@langchain/core/documents";

/** LangChain's metadata may hold dates and `undefined`: as JSON would write it. The input is not changed. */
export function toGalen({ pageContent, metadata }: DocumentInterface, id: string): DocumentInput {
  const plain = JSON.parse(JSON.stringify(metadata ?? {})) as NonNullable<DocumentInput["metadata"]>;
  return { id, text: pageContent, metadata: plain };
}

/** The document as it was added. */
export function fromGalen({ id, text, metadata }: GalenDocument): Document {
  return new Document({ id, pageContent: text, metadata });
}

/** What a retriever adds to the metadata of a passage: where it stands, so that it can be cited. */
export interface PassageMetadata {
  readonly document_id: string;
  readonly title?: string;
  /** In the document's text: `pageContent` is `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** A passage of a document; its own metadata keeps its names where they differ from those of the passage. */
export function fromHit({ id, text, title, metadata, passage: { start, end }, score }: Hit): Document {
  const place: PassageMetadata = { document_id: id, ...(title !== undefined && { title }), start, end, score };
  return new Document({ id: `${id}#${start}`, pageContent: text, metadata: { ...metadata, ...place } });
}
