import { allDocuments } from "../catalogue/read-documents.ts";
import { DbError } from "../errors.ts";
import { fieldsError } from "../ingestion/read-document.ts";
import { invalidCollection, requirePlainFields } from "../invalid-collection.ts";
import { NewFields } from "../schemas/collection.ts";
import type { FieldType } from "../schemas/collection.ts";
import type { Generation } from "./generation.ts";

type Fields = Readonly<Record<string, FieldType>>;

/** Documents that an error names. */
const NAMED_DOCUMENTS = 10;

/** The fields of a request that the collection does not declare yet. @throws {DbError} `collection_invalid` */
export function newFields(request: unknown, declared: Fields): Fields {
  requirePlainFields({ fields: request });
  const parsed = NewFields.safeParse(request);
  if (!parsed.success) throw invalidCollection("The request", parsed.error);
  const entries = Object.entries(parsed.data);
  const other = entries.find(([name, type]) => Object.hasOwn(declared, name) && declared[name] !== type);
  if (other !== undefined) {
    const [name] = other;
    throw new DbError("collection_invalid", `The field ${name} is declared as a ${declared[name]} already.`, {
      hint: "Index the collection anew with the other type.",
      details: { field: name },
    });
  }
  return Object.fromEntries(entries.filter(([name]) => !Object.hasOwn(declared, name)));
}

/**
 * Gives the table a column a field and fills it from the documents' metadata. To be called in the writer's lane; until the
 * catalogue knows of the fields, nothing reads the columns, and a crash takes the table back to the version before.
 *
 * @throws {DbError} `field_type_mismatch`, with the first documents that do not fit; nothing is changed then.
 */
export async function addFields({ catalogue, record, table }: Generation, fields: Fields): Promise<void> {
  await requireFitting({ catalogue, record }, fields);
  await table.addFields(fields, allDocuments(catalogue, record.id));
  const tableVersion = await table.makeDurable();
  await catalogue.setFields(record.id, { ...record.fields, ...fields }, tableVersion);
}

type Documents = Pick<Generation, "catalogue" | "record">;

async function requireFitting({ catalogue, record }: Documents, fields: Fields): Promise<void> {
  const misfits: { id: string; error: DbError }[] = [];
  let count = 0;
  for await (const batch of allDocuments(catalogue, record.id)) {
    for (const { id, metadata } of batch) {
      const error = fieldsError(metadata, fields);
      if (error === undefined) continue;
      count++;
      if (misfits.length < NAMED_DOCUMENTS) misfits.push({ id, error });
    }
  }
  const [first] = misfits;
  if (first === undefined) return;
  throw new DbError("field_type_mismatch", `Documents of the collection do not fit: ${first.error.message}.`, {
    hint: "Correct or delete them, or declare the field as another type.",
    details: { ...first.error.details, documents: count, ids: misfits.map(({ id }) => id) },
  });
}
