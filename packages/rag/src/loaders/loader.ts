import type { DocumentInput, FieldType } from "@galen/db/schemas";
import type { RagError } from "../errors.ts";

/** Which fields of a record are the document's text, title and id; found by their usual names when absent. */
export interface FieldNames {
  readonly text?: string;
  readonly title?: string;
  readonly id?: string;
}

export interface LoadOptions extends FieldNames {
  /** Name of the source: in every error, and the stem of the ids of records that have none. */
  readonly source: string;
  /** Declared fields of the collection: strings of a file become the numbers, booleans and lists that they stand for. */
  readonly fieldTypes?: Readonly<Record<string, FieldType>>;
  readonly signal?: AbortSignal;
}

/** A document, or why one record is none. `line` is 1-based; absent when the source is one document. */
export type LoadedRecord = LoadedDocument | LoadFailure;
export interface LoadedDocument {
  readonly document: DocumentInput & { readonly id: string };
  readonly line?: number;
}
interface LoadFailure {
  readonly error: RagError;
  readonly line?: number;
  readonly id?: string;
}

/**
 * One file format: the bytes of a source in, its documents out, in order and one at a time.
 * A bad record is a failure and the rest goes on; a source that is bad as a whole throws `RagError`.
 */
export interface Loader {
  /** With the dot, lower case. */
  readonly extensions: readonly string[];
  readonly mediaTypes: readonly string[];
  /** Whether a source holds many records (their number is then known only at its end). */
  readonly records: boolean;
  load(bytes: AsyncIterable<Uint8Array>, options: LoadOptions): AsyncIterable<LoadedRecord>;
}
