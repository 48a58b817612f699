import { randomUUID } from "node:crypto";
import { DbError } from "../errors.ts";
import { fitsField } from "../metadata/field-value.ts";
import type { FieldType } from "../schemas/collection.ts";
import { DocumentInput, MAX_METADATA_BYTES, MAX_TEXT_LENGTH } from "../schemas/document.ts";
import type { Metadata, Span } from "../schemas/document.ts";
import { readObject } from "../objects/read-object.ts";
import type { ValidObject } from "../objects/read-object.ts";
import { requirePlainJson } from "./plain-json.ts";

/** A document as it will be stored, with its place in the call. */
export interface ValidDocument {
  readonly index: number;
  readonly id: string;
  readonly text: string;
  readonly title: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly metadata: Metadata;
  readonly object?: ValidObject | undefined;
  /** The revision that the stored document must have; 0 for none. */
  readonly ifRev?: number | undefined;
  /** What is known of one that was exported. */
  readonly origin?: DocumentOrigin | undefined;
}

/** What a document brings from the collection that it was exported from. */
export interface DocumentOrigin {
  readonly source: string | undefined;
  readonly createdAt: Date | undefined;
  readonly updatedAt: Date | undefined;
  readonly embedding:
    | {
        readonly model: string;
        readonly splitter: string;
        readonly passages: readonly Span[];
        readonly vectors: readonly Float32Array[];
      }
    | undefined;
}

export interface ReadContext {
  readonly fields: Readonly<Record<string, FieldType>>;
  /** For documents without an id. */
  readonly newId?: (index: number) => string;
}

/**
 * One document of an upsert, checked.
 * @throws {DbError} `document_invalid`, `document_too_large`, `field_type_mismatch`; messages name fields, never content.
 */
export function readDocument(
  input: unknown,
  index: number,
  { fields, newId = () => randomUUID() }: ReadContext,
): ValidDocument {
  requireSize(input);
  const parsed = DocumentInput.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join(".").slice(0, SHOWN_PATH_LENGTH) || "document";
    throw invalid(`${place}: ${issue?.message ?? "not a document"}`);
  }
  const { id = newId(index), text, title, tags, metadata = {}, if_rev: ifRev } = parsed.data;
  if (text.trim() === "") throw invalid("text: it is empty");
  if (!id.isWellFormed()) throw invalid("id: it holds half of a surrogate pair");
  if (tags?.some(hasUnitSeparator)) throw invalid("tags: the control character U+001F is not allowed");
  const misfit = fieldsError(metadata, fields);
  if (misfit) throw misfit;
  const object = readObject(objectIn(input));
  return {
    index,
    id,
    // Half surrogates have no UTF-8 form; U+FFFD has the same length, so that offsets hold.
    text: text.toWellFormed(),
    title: title?.toWellFormed() || undefined,
    tags: tags?.map((tag) => tag.toWellFormed()),
    metadata,
    object,
    ifRev,
  };
}

function objectIn(input: unknown): unknown {
  return typeof input === "object" && input !== null && "object" in input ? input.object : undefined;
}

/** The id that an input claims, to name it in a failure; `undefined` when there is none that can be shown. */
export function claimedId(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("id" in input)) return undefined;
  const { id } = input;
  return typeof id === "string" || typeof id === "number" ? String(id).slice(0, SHOWN_ID_LENGTH) : undefined;
}

const SHOWN_ID_LENGTH = 512;
/** Keys of metadata may be as long as a text. */
const SHOWN_PATH_LENGTH = 100;

/** Size and depth come first: the validator that follows recurses and copies. */
function requireSize(input: unknown): void {
  if (typeof input !== "object" || input === null) return;
  if ("text" in input && typeof input.text === "string" && input.text.length > MAX_TEXT_LENGTH) {
    throw new DbError("document_too_large", `text: longer than ${MAX_TEXT_LENGTH} characters`, {
      hint: "Split it into several documents.",
      details: { length: input.text.length, limit: MAX_TEXT_LENGTH },
    });
  }
  if (!("metadata" in input) || input.metadata === undefined) return;
  const reason = requirePlainJson(input.metadata);
  if (reason !== undefined) throw invalid(`metadata: ${reason}`);
  const bytes = Buffer.byteLength(JSON.stringify(input.metadata));
  if (bytes <= MAX_METADATA_BYTES) return;
  throw new DbError("document_too_large", `metadata: larger than ${MAX_METADATA_BYTES} bytes`, {
    hint: "Metadata is returned with every hit; keep content in the text.",
    details: { bytes, limit: MAX_METADATA_BYTES },
  });
}

/** Why these metadata do not fit the declared fields. */
export function fieldsError(metadata: Metadata, fields: Readonly<Record<string, FieldType>>): DbError | undefined {
  for (const [name, type] of Object.entries(fields)) {
    const value = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
    if (!fitsField(value, type)) {
      const article = type === "date" ? "an ISO 8601 date" : `a ${type}`;
      return new DbError("field_type_mismatch", `metadata.${name}: the collection declares ${article}`, {
        details: { field: name, type },
      });
    }
    if (Array.isArray(value) && value.some((member) => typeof member === "string" && hasUnitSeparator(member))) {
      return invalid(`metadata.${name}: the control character U+001F is not allowed`);
    }
  }
  return undefined;
}

/** Filters join the members of a list with it. */
function hasUnitSeparator(text: string): boolean {
  return text.includes("\u001F");
}

function invalid(reason: string): DbError {
  return new DbError("document_invalid", reason);
}
