import type { Released, RestoredFacts, SettledFacts, StagedDocument, StoredDocument, Unsettled } from "./catalogue.ts";
import { alias, and, eq, inArray, lt, sql } from "./drizzle.ts";
import { collections, documents, seenFields } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { indexColumns } from "./sqlite-collections.ts";
import { idIn } from "./sqlite-documents.ts";
import { hashesOf, released, toColumns } from "./sqlite-objects.ts";

/** Undeclared field names are suggestions and typo checks; data with thousands of names is not made of fields. */
const MAX_SEEN_FIELDS = 2_000;

export function stage(db: SqliteConnection, collectionId: string, staged: readonly StagedDocument[]): number {
  return db.transaction((tx) => {
    const rev = nextRevision(tx, collectionId);
    for (const document of staged)
      tx.insert(documents)
        .values(toRow(document, collectionId, rev))
        .run();
    return rev;
  });
}

export function settle(db: SqliteConnection, collectionId: string, rev: number, facts: SettledFacts): Released {
  return db.transaction((tx) => {
    const replaced = removeReplaced(tx, collectionId, rev);
    tx.update(documents).set({ state: "current" }).where(pendingAt(collectionId, rev)).run();
    rememberFields(tx, collectionId, facts.fields ?? []);
    advance(tx, collectionId, rev, facts.tableVersion);
    return replaced;
  });
}

export function undo(db: SqliteConnection, collectionId: string, rev: number): Released {
  return hashesOf(db.delete(documents).where(pendingAt(collectionId, rev)).returning(released).all());
}

export function stageDelete(
  db: SqliteConnection,
  collectionId: string,
  ids: readonly string[],
): { ids: string[]; rev: number } {
  return db.transaction((tx) => {
    const rev = nextRevision(tx, collectionId);
    const deleting = tx
      .update(documents)
      .set({ state: "deleting" })
      .where(and(eq(documents.collectionId, collectionId), eq(documents.state, "current"), idIn(ids)))
      .returning({ id: documents.id })
      .all();
    return { ids: deleting.map(({ id }) => id), rev };
  });
}

export function settleDelete(db: SqliteConnection, collectionId: string, rev: number, facts: SettledFacts): Released {
  return db.transaction((tx) => {
    const rows = tx
      .delete(documents)
      .where(and(eq(documents.collectionId, collectionId), eq(documents.state, "deleting")))
      .returning(released)
      .all();
    advance(tx, collectionId, rev, facts.tableVersion);
    return hashesOf(rows);
  });
}

export function restoreDocuments(
  db: SqliteConnection,
  collectionId: string,
  restored: readonly StoredDocument[],
): void {
  db.transaction((tx) => {
    for (const document of restored)
      tx.insert(documents)
        .values({ ...toRow(document, collectionId, document.rev), state: "current" })
        .run();
  });
}

export function restoreState(
  db: SqliteConnection,
  collectionId: string,
  { version, tableVersion, vectorIndexes, fields = [] }: RestoredFacts,
): void {
  db.transaction((tx) => {
    rememberFields(tx, collectionId, fields);
    tx.update(collections)
      .set({ sequence: version, version, tableVersion, ...indexColumns(vectorIndexes), updatedAt: Date.now() })
      .where(eq(collections.id, collectionId))
      .run();
  });
}

export function unsettled(db: SqliteConnection, collectionId: string): Unsettled {
  const rows = db
    .select({ id: documents.id, rev: documents.rev, state: documents.state })
    .from(documents)
    .where(and(eq(documents.collectionId, collectionId), sql`${documents.state} IN ('pending', 'deleting')`))
    .orderBy(documents.rev)
    .all();
  const byRevision = Map.groupBy(
    rows.filter(({ state }) => state === "pending"),
    ({ rev }) => rev,
  );
  return {
    upserts: Array.from(byRevision, ([rev, members]) => ({ rev, ids: members.map(({ id }) => id) })),
    deletes: rows.filter(({ state }) => state === "deleting").map(({ id }) => id),
  };
}

type Transaction = Pick<SqliteConnection, "select" | "insert" | "update" | "delete">;

function nextRevision(tx: Transaction, collectionId: string): number {
  const row = tx
    .update(collections)
    .set({ sequence: sql`${collections.sequence} + 1` })
    .where(eq(collections.id, collectionId))
    .returning({ sequence: collections.sequence })
    .get();
  return row.sequence;
}

/** Older versions of the documents of this revision: the table no longer refers to them. */
function removeReplaced(tx: Transaction, collectionId: string, rev: number): Released {
  const newer = alias(documents, "newer");
  const ids = tx
    .select({ id: newer.id })
    .from(newer)
    .where(and(eq(newer.collectionId, collectionId), eq(newer.state, "pending"), eq(newer.rev, rev)));
  const rows = tx
    .delete(documents)
    .where(and(eq(documents.collectionId, collectionId), inArray(documents.id, ids), lt(documents.rev, rev)))
    .returning(released)
    .all();
  return hashesOf(rows);
}

function rememberFields(tx: Transaction, collectionId: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const known = tx
    .select({ name: seenFields.name })
    .from(seenFields)
    .where(eq(seenFields.collectionId, collectionId))
    .all();
  const seen = new Set(known.map(({ name }) => name));
  for (const name of names) {
    if (seen.has(name) || seen.size >= MAX_SEEN_FIELDS) continue;
    seen.add(name);
    tx.insert(seenFields).values({ collectionId, name }).run();
  }
}

function advance(tx: Transaction, collectionId: string, rev: number, tableVersion: number): void {
  tx.update(collections)
    .set({ version: rev, tableVersion, updatedAt: Date.now() })
    .where(eq(collections.id, collectionId))
    .run();
}

function pendingAt(collectionId: string, rev: number) {
  return and(eq(documents.collectionId, collectionId), eq(documents.state, "pending"), eq(documents.rev, rev));
}

function toRow(document: StagedDocument, collectionId: string, rev: number): typeof documents.$inferInsert {
  return {
    ...document,
    collectionId,
    rev,
    state: "pending",
    length: document.text.length,
    title: document.title ?? null,
    source: document.source ?? null,
    originRev: document.originRev ?? null,
    ...toColumns(document.object),
    tags: document.tags ? [...document.tags] : null,
    passages: [...document.passages],
    createdAt: document.createdAt.getTime(),
    updatedAt: document.updatedAt.getTime(),
  };
}
