import { createHash } from "node:crypto";
import type { Metadata } from "../schemas/document.ts";
import type { ObjectInfo } from "../schemas/object.ts";

/** Raised when the table row of the same document would be built differently: stored documents then count as changed. */
const ROW_FORMAT = 1;

/** What the vectors are made of. */
export function textHash(parts: { model: string; splitter: string; title: string | undefined; text: string }): string {
  return sha256([parts.model, parts.splitter, parts.title ?? null, parts.text]);
}

/** What a stored document is made of: the order of metadata keys does not count, the order of tags does. */
export function contentHash(parts: {
  textHash: string;
  tags: readonly string[] | undefined;
  metadata: Metadata;
  object: ObjectInfo | undefined;
}): string {
  const { object } = parts;
  // Only where there is one, so that documents of before there were objects are unchanged.
  const own = object ? [object.sha256, object.media_type] : [];
  return sha256([ROW_FORMAT, parts.textHash, parts.tags ?? null, sortKeys(parts.metadata), ...own]);
}

function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return { entries: entries.map(([key, member]) => [key, sortKeys(member)]) };
}
