import { createHash } from "node:crypto";
import { DbError } from "../errors.ts";
import { MAX_OBJECT_BYTES, MediaType } from "../schemas/object.ts";
import type { ObjectInfo } from "../schemas/object.ts";

/** Bytes that are stored beside a document. */
export interface ObjectInput {
  readonly bytes: Uint8Array;
  /** Without parameters, such as `application/pdf`. */
  readonly media_type: string;
}

/** The same, as it is read. */
export interface StoredObject extends ObjectInput {
  readonly sha256: string;
}

/** An object as it will be stored. */
export interface ValidObject {
  readonly info: ObjectInfo;
  /** `undefined` when they are stored already. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * The object of a document that is to be written, checked and hashed.
 * @throws {DbError} `document_invalid`, `document_too_large`
 */
export function readObject(input: unknown): ValidObject | undefined {
  if (input === undefined || input === null) return undefined;
  if (typeof input !== "object") throw invalid("object: not an object");
  const bytes = "bytes" in input ? input.bytes : undefined;
  if (!(bytes instanceof Uint8Array))
    throw invalid("object.bytes: JSON cannot hold them; they are given as a Uint8Array");
  if (bytes.byteLength === 0) throw invalid("object.bytes: there are none");
  if (bytes.byteLength > MAX_OBJECT_BYTES) throw objectTooLarge(bytes.byteLength);
  const type = MediaType.safeParse("media_type" in input ? input.media_type : undefined);
  if (!type.success) throw invalid(`object.media_type: ${type.error.issues[0]?.message ?? "not a media type"}`);
  return { info: { media_type: type.data, bytes: bytes.byteLength, sha256: sha256Of(bytes) }, bytes };
}

/** Whether the document brings bytes, which JSON cannot hold. */
export function hasBytes(document: unknown): document is { readonly object: ObjectInput } {
  const object =
    typeof document === "object" && document !== null && "object" in document ? document.object : undefined;
  return typeof object === "object" && object !== null && "bytes" in object && object.bytes instanceof Uint8Array;
}

/** The document with the hash of its bytes in their place: enough to tell it from others. */
export function withHashedObject(document: unknown): unknown {
  if (!hasBytes(document)) return document;
  const { object } = document;
  return { ...document, object: { ...object, bytes: sha256Of(object.bytes) } };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function objectTooLarge(bytes: number): DbError {
  return new DbError("document_too_large", `object.bytes: more than ${MAX_OBJECT_BYTES}`, {
    details: { bytes, limit: MAX_OBJECT_BYTES },
  });
}

function invalid(reason: string): DbError {
  return new DbError("document_invalid", reason);
}
