import type { Catalogue } from "../catalogue/catalogue.ts";
import type { FieldType } from "../schemas/collection.ts";
import { filterSql } from "./filter-sql.ts";
import { filterTree } from "./filter-tree.ts";

export interface FilteredCollection {
  readonly catalogue: Catalogue;
  readonly collectionId: string;
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** The predicate of a filter for this collection; `undefined` matches everything. */
export async function whereOf(
  { catalogue, collectionId, fields }: FilteredCollection,
  filter: unknown,
): Promise<string | undefined> {
  if (filter === undefined) return undefined;
  return filterSql(filterTree(filter), {
    fields,
    seen: await catalogue.seenFields(collectionId),
    idsContaining: (text) => catalogue.idsContaining(collectionId, text),
  });
}
