import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { DbError } from "../errors.ts";
import type { ExportedDocument } from "../schemas/export.ts";
import type { ImportedRecord } from "./json-lines.ts";

/** Rows written together and read together. */
const GROUP_ROWS = 512;
/** Bytes of the group that a foreign file may ask to hold at once, before compression. */
const MAX_GROUP_BYTES = 1_073_741_824;

/** What is a JSON text in a column of its own: Parquet has no values without a type. */
const JSON_COLUMNS = ["tags", "metadata", "embedding"] as const;

const COLUMNS = [
  { name: "id", type: "STRING", nullable: false },
  { name: "text", type: "STRING", nullable: false },
  { name: "title", type: "STRING", nullable: true },
  { name: "tags", type: "STRING", nullable: true },
  { name: "metadata", type: "STRING", nullable: false },
  { name: "source", type: "STRING", nullable: true },
  { name: "created_at", type: "STRING", nullable: false },
  { name: "updated_at", type: "STRING", nullable: false },
  { name: "embedding", type: "STRING", nullable: true },
] as const;

/** A Parquet file of documents: one row each, readable by pyarrow and DuckDB. Holds one group of rows at a time. */
export async function* writeParquet(documents: AsyncIterable<ExportedDocument>): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columnsOf([]) });
  const parquet = new ParquetWriter({ writer, schema, createdBy: "galen" });
  let rows: ExportedDocument[] = [];
  for await (const document of documents) {
    rows.push(document);
    if (rows.length < GROUP_ROWS) continue;
    await parquet.write({ columnData: columnsOf(rows) });
    rows = [];
    yield take(writer);
  }
  if (rows.length > 0) await parquet.write({ columnData: columnsOf(rows) });
  await parquet.finish();
  yield take(writer);
}

function columnsOf(documents: readonly ExportedDocument[]) {
  return COLUMNS.map((column) => ({ ...column, data: documents.map((document) => cellOf(document, column.name)) }));
}

function cellOf(document: ExportedDocument, name: (typeof COLUMNS)[number]["name"]): string | null {
  const value = document[name];
  return typeof value === "string" ? value : value === undefined ? null : JSON.stringify(value);
}

/** What has been written so far, which the writer then forgets; it goes on counting. */
function take(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** The rows of a Parquet file. @throws {DbError} `import_invalid` */
export async function* readParquet(file: Blob): AsyncGenerator<ImportedRecord> {
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: (start, end) => file.slice(start, end).arrayBuffer(),
  };
  const metadata = await guarded(() => parquetMetadataAsync(buffer));
  requireColumns(metadata);
  const rows = Number(metadata.num_rows);
  for (const group of metadata.row_groups) {
    if (group.total_byte_size > MAX_GROUP_BYTES) throw invalid(`a row group is larger than ${MAX_GROUP_BYTES} bytes`);
  }
  for (let rowStart = 0; rowStart < rows; rowStart += GROUP_ROWS) {
    const rowEnd = Math.min(rows, rowStart + GROUP_ROWS);
    const read = await guarded(() => parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd }));
    for (const [at, row] of read.entries()) yield recordOf(row, rowStart + at + 1);
  }
}

function requireColumns({ schema }: FileMetaData): void {
  const names = new Set(schema.map(({ name }) => name));
  if (!names.has("text")) throw invalid("it has no column text");
}

function recordOf(row: Record<string, unknown>, line: number): ImportedRecord {
  const value = Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null && cell !== undefined));
  for (const name of JSON_COLUMNS) {
    const json = value[name];
    if (typeof json !== "string") continue;
    try {
      value[name] = JSON.parse(json);
    } catch {
      return { line, problem: `${name}: not valid JSON` };
    }
  }
  return { line, value };
}

/** Whatever the parser stumbles over: its messages may quote the file. */
async function guarded<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    throw invalid("it is no Parquet file that can be read here", cause);
  }
}

function invalid(reason: string, cause?: unknown): DbError {
  return new DbError("import_invalid", `The file cannot be imported: ${reason}.`, {
    hint: "Uncompressed and Snappy-compressed Parquet files with the columns id and text can be read, and JSON lines.",
    cause,
  });
}
