import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { DbError } from "../errors.ts";
import { drizzle, migrate } from "./drizzle.ts";

/** Version of the data folder as a whole. A newer Galen reads older ones; an older Galen refuses newer ones. */
const DATA_FOLDER_VERSION = 1;

/** Works from `src/` and from `dist/`: both stand beside `migrations/`. */
const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
const CACHE_KIB = 8_192;

export type SqliteConnection = BetterSQLite3Database & { readonly $client: Sqlite.Database };

/** Opens and migrates the catalogue file: WAL, and every commit on disk before it returns. */
export function openSqlite(path: string): SqliteConnection {
  const client = new Sqlite(path);
  try {
    client.pragma("journal_mode = WAL");
    client.pragma("synchronous = FULL");
    client.pragma(`cache_size = -${CACHE_KIB}`);
    requireKnownVersion(client, path);
    const connection = drizzle({ client });
    migrate(connection, { migrationsFolder: MIGRATIONS });
    client.pragma(`user_version = ${DATA_FOLDER_VERSION}`);
    return connection;
  } catch (error) {
    client.close();
    throw error;
  }
}

/** Opens the catalogue of a folder that another process may be writing. What it has committed is seen at once. */
export function openSqliteForReading(path: string): SqliteConnection {
  const client = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    client.pragma(`cache_size = -${CACHE_KIB}`);
    requireKnownVersion(client, path);
    requireMigrated(client, path);
    return drizzle({ client });
  } catch (error) {
    client.close();
    throw error;
  }
}

/** A reader cannot bring an older catalogue up to date. */
function requireMigrated(client: Sqlite.Database, path: string): void {
  const { entries } = JSON.parse(readFileSync(join(MIGRATIONS, "meta/_journal.json"), "utf8")) as {
    entries: unknown[];
  };
  const { applied } = client.prepare("SELECT count(*) AS applied FROM __drizzle_migrations").get() as {
    applied: number;
  };
  if (applied >= entries.length) return;
  throw new DbError("data_folder_version", "The data folder was written by an older Galen.", {
    hint: "Open it once for writing, which brings it up to date.",
    details: { path },
  });
}

function requireKnownVersion(client: Sqlite.Database, path: string): void {
  const version = Number(client.pragma("user_version", { simple: true }));
  if (version <= DATA_FOLDER_VERSION) return;
  throw new DbError(
    "data_folder_version",
    `The data folder has version ${version}; this Galen reads up to ${DATA_FOLDER_VERSION}.`,
    { hint: "Use a newer Galen, or another data folder.", details: { path, version, supported: DATA_FOLDER_VERSION } },
  );
}
