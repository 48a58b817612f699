import type { DocumentInput } from "../schemas/document.ts";

export type EmbeddingsId = string | number;

/** A text; id, text and tags; or an object, whose other members are kept as metadata. */
export type EmbeddingsDocument =
  | string
  | readonly [id: EmbeddingsId | null | undefined, text: string, tags?: string | readonly string[] | null]
  | {
      readonly id?: EmbeddingsId | null;
      readonly text?: string | null;
      readonly tags?: string | readonly string[] | null;
      readonly [member: string]: unknown;
    };

/** The document to store; `undefined` for an object without a text, which has nothing to search. */
export function documentOf(input: EmbeddingsDocument, nextId: () => number): DocumentInput | undefined {
  if (typeof input === "string") return build(undefined, input, undefined, {}, nextId);
  if (isTuple(input)) return build(input[0], input[1], input[2], {}, nextId);
  const { id, text, tags, ...metadata } = input;
  return text === undefined || text === null ? undefined : build(id, text, tags, metadata, nextId);
}

function build(
  id: EmbeddingsId | null | undefined,
  text: string,
  tags: string | readonly string[] | null | undefined,
  members: Readonly<Record<string, unknown>>,
  nextId: () => number,
): DocumentInput {
  const known = id ?? nextId();
  return {
    id: known,
    text,
    ...(tags && { tags: typeof tags === "string" ? [tags] : [...tags] }),
    // The number itself is kept, since a stored id is a string. Members are checked where every document is.
    metadata: { ...members, ...(typeof known === "number" && { id: known }) },
  };
}

function isTuple(input: EmbeddingsDocument): input is Extract<EmbeddingsDocument, readonly unknown[]> {
  return Array.isArray(input);
}
