import type { Table } from "@lancedb/lancedb";
import type { Table as ArrowTable } from "apache-arrow";
import type { StoredDocument } from "../catalogue/catalogue.ts";
import { fieldValue } from "../metadata/field-value.ts";
import type { FieldType } from "../schemas/collection.ts";
import { arrow } from "./arrow.ts";
import { passageId } from "./passage-row.ts";
import { fieldColumn, fieldColumns } from "./passage-schema.ts";

type Fields = Readonly<Record<string, FieldType>>;

/** Adds a column a field, empty, which rewrites nothing. One that an interrupted attempt has left is made anew. */
export async function addFieldColumns(table: Table, fields: Fields): Promise<void> {
  const present = new Set((await table.schema()).fields.map(({ name }) => name));
  const left = Object.keys(fields)
    .map(fieldColumn)
    .filter((name) => present.has(name));
  if (left.length > 0) await table.dropColumns(left);
  await table.addColumns(new arrow.Schema(fieldColumns(fields)));
}

export async function dropFieldColumns(table: Table, fields: Fields): Promise<void> {
  await table.dropColumns(Object.keys(fields).map(fieldColumn));
}

/** Writes the values that these documents have into their rows. Rows without any are not touched; vectors are not read. */
export async function fillFieldColumns(
  table: Table,
  documents: readonly StoredDocument[],
  fields: Fields,
): Promise<number> {
  const having = documents.filter(({ metadata }) =>
    Object.keys(fields).some((name) => (metadata[name] ?? null) !== null),
  );
  if (having.length === 0) return 0;
  const rows = valueRows(having, fields);
  await table.mergeInsert("id").whenMatchedUpdateAll().execute(rows);
  return rows.numRows;
}

function valueRows(documents: readonly StoredDocument[], fields: Fields): ArrowTable {
  const rows = documents.flatMap(({ id, passages, metadata }) =>
    passages.map((_, at) => ({ id: passageId(id, at), metadata })),
  );
  const schema = new arrow.Schema([new arrow.Field("id", new arrow.Utf8(), false), ...fieldColumns(fields)]);
  const values: Record<string, (row: (typeof rows)[number]) => unknown> = { id: ({ id }) => id };
  for (const [name, type] of Object.entries(fields)) {
    values[fieldColumn(name)] = ({ metadata }) => fieldValue(metadata[name], type) ?? null;
  }
  const columns = schema.fields.map(({ name, type }) => [
    name,
    arrow.vectorFromArray(
      rows.map((row) => values[name]?.(row) ?? null),
      type,
    ),
  ]);
  return new arrow.Table(schema, Object.fromEntries(columns));
}
