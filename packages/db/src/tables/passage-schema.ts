import type { DataType, Field, FixedSizeList, Float32, Schema } from "apache-arrow";
import type { FieldType } from "../schemas/collection.ts";
import { vectorSpaces } from "../vectors/vector-space.ts";
import type { VectorShape } from "../vectors/vector-space.ts";
import type { TextSettings } from "../schemas/text-settings.ts";
import { arrow } from "./arrow.ts";

/** What a table needs to know of its collection. */
export interface TableShape extends VectorShape {
  readonly textSettings?: TextSettings | undefined;
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** Column of a declared field; the prefix keeps user names apart from ours. */
export function fieldColumn(name: string): string {
  return `f_${name}`;
}

/** One row a passage. The document's text itself stays in the catalogue; `search_text` is what is analysed. */
export function passageSchema(shape: TableShape): Schema {
  return new arrow.Schema([
    new arrow.Field("id", utf8, false),
    new arrow.Field("doc_id", utf8, false),
    new arrow.Field("doc_rev", float64, false),
    new arrow.Field("chunk_no", int32, false),
    new arrow.Field("start", int32, false),
    new arrow.Field("end", int32, false),
    new arrow.Field("title", utf8, true),
    new arrow.Field("search_text", utf8, false),
    ...vectorSpaces(shape).map(({ column, dimension }) => new arrow.Field(column, vectorType(dimension), false)),
    new arrow.Field("tags", list, true),
    new arrow.Field("kv", list, false),
    new arrow.Field("created_at", float64, false),
    new arrow.Field("updated_at", float64, false),
    ...fieldColumns(shape.fields),
  ]);
}

/** A nullable column a declared field. */
export function fieldColumns(fields: TableShape["fields"]): Field[] {
  return Object.entries(fields).map(([name, type]) => new arrow.Field(fieldColumn(name), fieldTypes[type], true));
}

export function vectorType(dimension: number): FixedSizeList<Float32> {
  return new arrow.FixedSizeList(dimension, new arrow.Field("item", new arrow.Float32(), true));
}

const utf8 = new arrow.Utf8();
const int32 = new arrow.Int32();
/** Revisions and times are whole numbers below 2⁵³, which a double holds exactly and JavaScript reads without BigInt. */
const float64 = new arrow.Float64();
const list = new arrow.List(new arrow.Field("item", utf8, true));

/** Dates are milliseconds since 1970 (UTC). */
const fieldTypes = {
  string: utf8,
  number: float64,
  boolean: new arrow.Bool(),
  date: float64,
  "string[]": list,
} satisfies Record<FieldType, DataType>;
