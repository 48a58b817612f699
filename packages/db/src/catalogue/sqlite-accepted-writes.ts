import type { AcceptedWriteEnd, AcceptedWriteRecord, NewAcceptedWrite } from "./catalogue.ts";
import { and, desc, eq, getTableColumns, inArray, ne, sql } from "./drizzle.ts";
import { acceptedWrites } from "./schema.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

const { payload, position, bytes: storedBytes, ...columns } = getTableColumns(acceptedWrites);

export function accept(db: SqliteConnection, write: NewAcceptedWrite, maxBytes: number): boolean {
  const bytes = Buffer.byteLength(write.payload);
  const now = Date.now();
  return db.transaction((tx) => {
    const waiting = tx
      .select({ bytes: sql<number>`coalesce(sum(${storedBytes}), 0)` })
      .from(acceptedWrites)
      .where(eq(acceptedWrites.state, "waiting"))
      .get();
    if ((waiting?.bytes ?? 0) + bytes > maxBytes) return false;
    tx.insert(acceptedWrites)
      .values({ ...write, source: write.source ?? null, state: "waiting", bytes, createdAt: now, updatedAt: now })
      .run();
    return true;
  });
}

export function list(db: SqliteConnection): AcceptedWriteRecord[] {
  return db.select(columns).from(acceptedWrites).orderBy(position).all().map(toRecord);
}

export function find(db: SqliteConnection, id: string): AcceptedWriteRecord | undefined {
  const row = db.select(columns).from(acceptedWrites).where(eq(acceptedWrites.id, id)).get();
  return row && toRecord(row);
}

export function documents(db: SqliteConnection, id: string): string | undefined {
  const row = db.select({ payload }).from(acceptedWrites).where(isWaiting(id)).get();
  return row?.payload ?? undefined;
}

export function end(db: SqliteConnection, id: string, { state, outcome }: AcceptedWriteEnd, kept: number): boolean {
  return db.transaction((tx) => {
    const { changes } = tx
      .update(acceptedWrites)
      .set({ state, outcome: outcome ?? null, payload: null, bytes: 0, updatedAt: Date.now() })
      .where(isWaiting(id))
      .run();
    const ended = tx
      .select({ position })
      .from(acceptedWrites)
      .where(ne(acceptedWrites.state, "waiting"))
      .orderBy(desc(position))
      .all();
    const forgotten = ended.slice(kept).map((row) => row.position);
    tx.delete(acceptedWrites).where(inArray(position, forgotten)).run();
    return changes > 0;
  });
}

function isWaiting(id: string) {
  return and(eq(acceptedWrites.id, id), eq(acceptedWrites.state, "waiting"));
}

type Row = Omit<typeof acceptedWrites.$inferSelect, "payload" | "position" | "bytes">;

function toRecord({ source, outcome, createdAt, updatedAt, ...row }: Row): AcceptedWriteRecord {
  return {
    ...row,
    source: source ?? undefined,
    outcome: outcome ?? undefined,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  };
}
