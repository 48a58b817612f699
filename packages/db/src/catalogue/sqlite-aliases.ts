import type { AliasRecord } from "./catalogue.ts";
import { eq } from "./drizzle.ts";
import { aliases, collections } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export function list(db: SqliteConnection): AliasRecord[] {
  return db
    .select({ alias: aliases.alias, collection: collections.name })
    .from(aliases)
    .innerJoin(collections, eq(collections.id, aliases.collectionId))
    .orderBy(aliases.alias)
    .all();
}

export function set(db: SqliteConnection, alias: string, collectionId: string): boolean {
  return db.transaction((tx) => {
    const named = tx.select({ id: collections.id }).from(collections).where(eq(collections.name, alias)).get();
    if (named !== undefined) return false;
    tx.insert(aliases)
      .values({ alias, collectionId })
      .onConflictDoUpdate({ target: aliases.alias, set: { collectionId } })
      .run();
    return true;
  });
}

export function remove(db: SqliteConnection, alias: string): boolean {
  return db.delete(aliases).where(eq(aliases.alias, alias)).run().changes > 0;
}
