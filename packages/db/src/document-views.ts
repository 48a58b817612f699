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
  object,
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
    ...(object && { object }),
    rev,
    passages: [...passages],
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

export function summaryOf({ title, tags, object, createdAt, updatedAt, ...rest }: StoredSummary): DocumentSummary {
  return {
    ...rest,
    ...(title !== undefined && { title }),
    ...(tags !== undefined && { tags: [...tags] }),
    ...(object && { object }),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}
