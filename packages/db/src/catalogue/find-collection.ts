import { nearestName } from "@galen/core";
import { DbError } from "../errors.ts";
import type { Catalogue, CollectionRecord } from "./catalogue.ts";

/** The collection of a name or an alias, unless it is being made or dropped. */
export async function findReady(catalogue: Catalogue, name: string): Promise<CollectionRecord | undefined> {
  const named = await catalogue.findCollection(name);
  if (named) return named.state === "ready" ? named : undefined;
  const alias = (await catalogue.listAliases()).find((candidate) => candidate.alias === name);
  return alias && findReady(catalogue, alias.collection);
}

export async function notFound(catalogue: Catalogue, name: string): Promise<DbError> {
  const ready = (await catalogue.listCollections()).filter(({ state }) => state === "ready");
  const nearest = nearestName(
    name,
    ready.map((record) => record.name),
  );
  return new DbError("collection_not_found", `There is no collection ${name.slice(0, 100)}.`, {
    hint: nearest === undefined ? "Create it first." : `Did you mean ${nearest}?`,
    details: { name: name.slice(0, 100), ...(nearest !== undefined && { nearest }) },
  });
}
