import { createRequire } from "node:module";

/**
 * drizzle-orm as CommonJS. Its ES modules re-export each other in circles, which costs Node 24 at import 390 ms and 190 MB of
 * memory that is not given back; the same code through `require` costs 56 ms and 23 MB.
 */
const require = createRequire(import.meta.url);

export const { and, eq, gt, inArray, lt, ne, sql } = require("drizzle-orm") as typeof import("drizzle-orm");
export const { alias, index, integer, primaryKey, sqliteTable, text } =
  require("drizzle-orm/sqlite-core") as typeof import("drizzle-orm/sqlite-core");
export const { drizzle } = require("drizzle-orm/better-sqlite3") as typeof import("drizzle-orm/better-sqlite3");
export const { migrate } =
  require("drizzle-orm/better-sqlite3/migrator") as typeof import("drizzle-orm/better-sqlite3/migrator");
