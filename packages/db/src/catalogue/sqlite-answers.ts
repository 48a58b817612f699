import type { RecordedAnswer } from "./catalogue.ts";
import { and, eq, gte, lt } from "./drizzle.ts";
import { idempotencyKeys } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export function find(db: SqliteConnection, collectionId: string, key: string, since: Date): RecordedAnswer | undefined {
  const { hash, response, createdAt } = idempotencyKeys;
  return db
    .select({ hash, response })
    .from(idempotencyKeys)
    .where(and(isKey(collectionId, key), gte(createdAt, since.getTime())))
    .get();
}

export function record(
  db: SqliteConnection,
  collectionId: string,
  key: string,
  { answer: { hash, response }, since }: { answer: RecordedAnswer; since: Date },
): void {
  db.transaction((tx) => {
    tx.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, since.getTime())).run();
    tx.delete(idempotencyKeys).where(isKey(collectionId, key)).run();
    tx.insert(idempotencyKeys).values({ collectionId, key, hash, response, createdAt: Date.now() }).run();
  });
}

function isKey(collectionId: string, key: string) {
  return and(eq(idempotencyKeys.collectionId, collectionId), eq(idempotencyKeys.key, key));
}
