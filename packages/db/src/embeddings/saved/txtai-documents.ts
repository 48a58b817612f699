import { existsSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { z } from "zod";
import type { IncomingDocument } from "../embeddings-document.ts";
import { invalid } from "./saved-config.ts";

/** The SQLite file in a folder that txtai saved. */
const DOCUMENTS_FILE = "documents";

const Row = z.object({
  id: z.string(),
  text: z.string(),
  tags: z.string().nullable(),
  entry: z.string().nullable(),
  data: z.string().nullable(),
  object: z.instanceof(Uint8Array).nullable(),
});
const Members = z.record(z.string(), z.unknown());

const QUERY = `
  select s.id, s.text, s.tags, s.entry, d.data, o.object
  from sections s left join documents d on d.id = s.id left join objects o on o.id = s.id
  order by s.indexid
`;

/** The rows of an index that txtai saved with its content, in their order. @throws {DbError} `import_invalid` */
export function* txtaiDocuments(folder: string): Generator<IncomingDocument> {
  const path = join(folder, DOCUMENTS_FILE);
  if (!existsSync(path)) throw invalid("The folder has no documents: the index was saved without its content.");
  const sqlite = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    sqlite.pragma("trusted_schema = off");
    for (const row of sqlite.prepare(QUERY).iterate()) yield documentOf(row);
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) throw invalid("The documents are not those of txtai's SQLite database.");
    throw error;
  } finally {
    sqlite.close();
  }
}

function documentOf(row: unknown): IncomingDocument {
  const parsed = Row.safeParse(row);
  if (!parsed.success) throw invalid("A row of the documents cannot be read.");
  const { id, text, tags, entry, data, object } = parsed.data;
  return {
    id,
    text,
    tags,
    data: data === null ? null : membersOf(data),
    object: object?.length ? { bytes: object, media_type: "application/octet-stream" } : undefined,
    ...(entry !== null && { entry }),
  };
}

function membersOf(data: string): Record<string, unknown> {
  try {
    return Members.parse(JSON.parse(data));
  } catch {
    throw invalid("The object of a document is not JSON.");
  }
}
