import type { Table, Vector } from "apache-arrow";
import type { StagedDocument } from "../catalogue/catalogue.ts";
import { fieldValue } from "../metadata/field-value.ts";
import { metadataLabels } from "../metadata/labels.ts";
import { arrow } from "./arrow.ts";
import { passageId } from "./passage-row.ts";
import { vectorSpaces, vectorsOf } from "../vectors/vector-space.ts";
import type { HasVectors, VectorSpace } from "../vectors/vector-space.ts";
import { fieldColumn, passageSchema, vectorType } from "./passage-schema.ts";
import type { TableShape } from "./passage-schema.ts";

/** A document with the vector of each of its passages. */
export interface EmbeddedDocument extends StagedDocument, HasVectors {
  /** The revision that the stored document must have. */
  readonly ifRev?: number | undefined;
}

/** Text that is embedded for one passage: the title says what a passage is about. Analysed as well, unless each has its own index. */
export function searchText(title: string | undefined, passage: string): string {
  return title ? `${title}\n${passage}` : passage;
}

/** The rows of these documents at one revision, as one Arrow table. */
export function passageRows(documents: readonly EmbeddedDocument[], rev: number, shape: TableShape): Table {
  const schema = passageSchema(shape);
  const rows = documents.flatMap((document) => {
    const labels = metadataLabels(document.metadata, shape.fields);
    return document.passages.map((passage, chunkNo) => ({ document, labels, passage, chunkNo }));
  });
  const isJoined = shape.textSettings?.text_fields === undefined;
  const values: Record<string, (row: (typeof rows)[number]) => unknown> = {
    id: ({ document, chunkNo }) => passageId(document.id, chunkNo),
    doc_id: ({ document }) => document.id,
    doc_rev: () => rev,
    chunk_no: ({ chunkNo }) => chunkNo,
    start: ({ passage }) => passage.start,
    end: ({ passage }) => passage.end,
    title: ({ document }) => document.title ?? null,
    search_text: ({ document, passage }) =>
      searchText(isJoined ? document.title : undefined, document.text.slice(passage.start, passage.end)),
    tags: ({ document }) => document.tags ?? null,
    kv: ({ labels }) => labels,
    created_at: ({ document }) => document.createdAt.getTime(),
    updated_at: ({ document }) => document.updatedAt.getTime(),
  };
  for (const [name, type] of Object.entries(shape.fields)) {
    values[fieldColumn(name)] = ({ document }) => fieldValue(document.metadata[name], type) ?? null;
  }
  const vectors = new Map(
    vectorSpaces(shape).map((space) => [space.column, vectorColumn(documents, rows.length, space)]),
  );
  const columns = schema.fields.map(({ name, type }) => {
    const value = values[name];
    return [name, value ? arrow.vectorFromArray(rows.map(value), type) : vectors.get(name)];
  });
  return new arrow.Table(schema, Object.fromEntries(columns));
}

/** All vectors in one flat buffer: [rows × dimension]. */
function vectorColumn(documents: readonly EmbeddedDocument[], rows: number, { name, dimension }: VectorSpace): Vector {
  const flat = new Float32Array(rows * dimension);
  let row = 0;
  for (const vector of documents.flatMap((document) => vectorsOf(document, name))) flat.set(vector, dimension * row++);
  const item = arrow.makeData({ type: new arrow.Float32(), length: flat.length, nullCount: 0, data: flat });
  return new arrow.Vector([arrow.makeData({ type: vectorType(dimension), length: rows, nullCount: 0, child: item })]);
}
