import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { catalogueContract } from "./catalogue.contract.ts";
import { SqliteCatalogue } from "./sqlite-catalogue.ts";

const JOURNAL = new URL("../../migrations/meta/_journal.json", import.meta.url);

catalogueContract("sqlite", async () => {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const open = async () => stack.use(await SqliteCatalogue.open(join(path, "catalogue.sqlite")));
  return { catalogue: await open(), reopen: open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
});

test("commits reach the disk before they return, and migrations are recorded", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "catalogue.sqlite");
  await (await SqliteCatalogue.open(path))[Symbol.asyncDispose]();
  const journal = JSON.parse(await readFile(JOURNAL, "utf8")) as { entries: unknown[] };
  const client = new Sqlite(path);
  expect(client.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(client.pragma("user_version", { simple: true })).toBe(1);
  expect(client.prepare("SELECT count(*) AS n FROM __drizzle_migrations").get()).toEqual({ n: journal.entries.length });
  client.close();
});
