import { DbError } from "../errors.ts";
import type { ExportedDocument, ExportFormat } from "../schemas/export.ts";
import { readJsonLines, writeJsonLines } from "./json-lines.ts";
import type { ImportedRecord } from "./json-lines.ts";
import { readParquet, writeParquet } from "./parquet-file.ts";

/** A file, or bytes as they come. */
export type ImportSource = Blob | AsyncIterable<Uint8Array>;

interface Format {
  write(documents: AsyncIterable<ExportedDocument>): AsyncIterable<Uint8Array>;
  /** @throws {DbError} `import_invalid` for what is no file of this format as a whole */
  read(source: ImportSource): AsyncIterable<ImportedRecord>;
}

/** To add a format: a file beside this one and a line here; `archive.test.ts` then tests it. */
export const formats: Readonly<Record<ExportFormat, Format>> = {
  jsonl: {
    write: writeJsonLines,
    read: (source) => readJsonLines(source instanceof Blob ? source.stream() : source),
  },
  parquet: { write: writeParquet, read: (source) => readParquet(requireFile(source)) },
};

/** The end of a Parquet file says where its beginning is. */
function requireFile(source: ImportSource): Blob {
  if (source instanceof Blob) return source;
  throw new DbError("import_invalid", "A Parquet file cannot be read from a stream.", {
    hint: "Give the file itself, such as fs.openAsBlob(path).",
  });
}
