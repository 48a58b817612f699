import type { StoredDocument, StoredSummary } from "./catalogue/catalogue.ts";
import type { Document, DocumentSummary } from "./schemas/document.ts";

/** A stored document as callers see it. */
export function documentOf({
  id,
  rev,
  text,
  title,
  tags,
  metadata,
  passages,
  createdAt,
  updatedAt,
}: StoredDocument): Document {
  return {
    id,
    text,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    metadata,
    rev,
    passages: [...passages],
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

export function summaryOf({ title, tags, createdAt, updatedAt, ...rest }: StoredSummary): DocumentSummary {
  return {
    ...rest,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
