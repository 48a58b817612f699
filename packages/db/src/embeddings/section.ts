import { z } from "zod";
import type { ObjectInput } from "../objects/read-object.ts";
import { Metadata } from "../schemas/document.ts";
import type { DocumentInput } from "../schemas/document.ts";
import type { ExportedDocument } from "../schemas/export.ts";
import type { EmbeddingsId, IncomingDocument } from "./embeddings-document.ts";

/** A row of an index: one text of a document. A document that was given twice in one call has two. */
export interface Section extends IncomingDocument {
  readonly indexid: number;
  /** Its id in the collection. */
  readonly key: string;
  /** The call that stored it; of a document's rows those of the last one count. */
  readonly write: number;
  readonly entry: string;
}

/** The member of a stored document's metadata that holds what a collection does not know of. */
const RECORD = "embeddings:row";

const Record = z.object({
  indexid: z.int().min(0),
  write: z.int().min(0),
  id: z.union([z.string(), z.number()]),
  tags: z.string().nullable(),
  entry: z.string(),
  data: Metadata.nullable(),
  /** The member of `data` that was the text; it stands there only once. */
  text_column: z.string().optional(),
});
type Record = z.infer<typeof Record>;

/** A row as its collection stores it. What is no JSON is refused there. */
export function storedDocument(section: Section): DocumentInput & { readonly object?: ObjectInput } {
  const { indexid, write, id, tags, entry, data, text, key, object } = section;
  const column = data && Object.keys(data).find((name) => data[name] === text);
  const record = { indexid, write, id, tags, entry, data: data && ({ ...data } as Metadata) };
  if (record.data && column) record.data[column] = null;
  return {
    id: key,
    text,
    metadata: { [RECORD]: { ...record, ...(column && { text_column: column }) } },
    ...(object && { object }),
  };
}

/** The row of a stored document; @param next a number for one that was stored before rows had them */
export function sectionOf(document: ExportedDocument, next: number): Section {
  const { id: key, text, metadata, tags, updated_at: updated } = document;
  const parsed = Record.safeParse(metadata[RECORD]);
  if (parsed.success) return { ...rowOf(parsed.data, text), key, text, object: undefined };
  const { id, ...members } = metadata;
  const own: EmbeddingsId = typeof id === "number" ? id : key;
  const data = Object.keys(members).length > 0 ? { ...metadata, text } : null;
  const entry = entryTime(new Date(updated));
  return { indexid: next, key, write: 0, id: own, text, tags: tags?.join(" ") ?? null, entry, data, object: undefined };
}

function rowOf({ text_column: column, data, ...record }: Record, text: string) {
  return { ...record, data: data && column !== undefined ? { ...data, [column]: text } : data };
}

/** UTC with microseconds, as SQLite's functions read it. */
export function entryTime(time: Date): string {
  return time.toISOString().replace("T", " ").replace("Z", "000+00:00");
}
