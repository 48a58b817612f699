import { DbError } from "../errors.ts";
import type { ObjectInput } from "../objects/read-object.ts";

export type EmbeddingsId = string | number;

/** What a document says: a text, tokens, an object, or bytes where objects are kept. */
export type EmbeddingsData =
  | string
  | readonly string[]
  | Uint8Array
  | {
      readonly id?: EmbeddingsId | null;
      readonly text?: string | null;
      readonly tags?: string | readonly string[] | null;
      readonly [member: string]: unknown;
    };

/** A text; id, data and tags; or an object, whose other members statements can ask for. */
export type EmbeddingsDocument =
  | string
  | readonly [id: EmbeddingsId | null | undefined, data: EmbeddingsData, tags?: string | readonly string[] | null]
  | Exclude<EmbeddingsData, string | readonly string[] | Uint8Array>;

/** A document as it is to be indexed. */
export interface IncomingDocument {
  readonly id: EmbeddingsId;
  readonly text: string;
  readonly tags: string | null;
  /** The object that it was, its text included. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly object: ObjectInput | undefined;
  /** When it was indexed first, where it comes from another index. */
  readonly entry?: string | undefined;
}

export interface ReadOptions {
  readonly textColumn: string;
  /** Where the bytes of an object are; `undefined` when bytes are not kept. */
  readonly objectColumn: string | undefined;
  /** Whether an object without a text is indexed under its id, since only other indexes read its members. */
  readonly namesTextless: boolean;
  readonly nextId: (data: EmbeddingsData) => EmbeddingsId;
}

/** The document to index; `undefined` for an object without a text, which has nothing to search. */
export function readDocument(input: EmbeddingsDocument, options: ReadOptions): IncomingDocument | undefined {
  const [id, data, tags] = partsOf(input);
  const known = id ?? options.nextId(data);
  if (typeof data === "string") return { id: known, text: data, tags: tagsOf(tags), data: null, object: undefined };
  if (isTokens(data)) return { id: known, text: data.join(" "), tags: tagsOf(tags), data: null, object: undefined };
  if (data instanceof Uint8Array) return undefined;
  if (typeof data !== "object" || data === null) throw invalid("A document is a text or an object.");
  return fromMembers({ id: known, data, tags: tagsOf(tags) }, options);
}

function partsOf(input: EmbeddingsDocument): readonly [EmbeddingsId | null | undefined, EmbeddingsData, Tags?] {
  if (typeof input === "string") return [undefined, input];
  return isTuple(input) ? input : [input.id, input, input.tags];
}

type Tags = string | readonly string[] | null | undefined;

function fromMembers(
  {
    id,
    data,
    tags,
  }: { readonly id: EmbeddingsId; readonly data: Readonly<Record<string, unknown>>; readonly tags: string | null },
  { textColumn, objectColumn, namesTextless }: ReadOptions,
): IncomingDocument | undefined {
  const { [objectColumn ?? ""]: bytes, ...members } = data;
  const object = objectColumn === undefined ? undefined : objectOf(bytes);
  const kept = objectColumn === undefined || !object ? data : members;
  const named = kept[textColumn] ?? undefined;
  const text = isTokens(named) ? named.join(" ") : named;
  if (namesTextless && (text === undefined || text === "")) {
    return { id, text: String(id), tags, data: { ...kept, [textColumn]: String(id) }, object };
  }
  if (text === undefined) return undefined;
  if (typeof text === "string") return { id, text, tags, data: kept, object };
  throw invalid("The text of a document is no text.");
}

function objectOf(value: unknown): ObjectInput | undefined {
  return value instanceof Uint8Array ? { bytes: value, media_type: "application/octet-stream" } : undefined;
}

/** Several tags are one text, as they are in SQL. */
function tagsOf(tags: Tags): string | null {
  if (tags === null || tags === undefined || tags === "") return null;
  return typeof tags === "string" ? tags : tags.join(" ");
}

function isTuple(input: EmbeddingsDocument): input is Extract<EmbeddingsDocument, readonly unknown[]> {
  return Array.isArray(input);
}

function isTokens(data: unknown): data is readonly string[] {
  return Array.isArray(data) && data.every((token) => typeof token === "string");
}

function invalid(message: string): DbError {
  return new DbError("document_invalid", message);
}
