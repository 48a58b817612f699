import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { openCrashDatabase, stateAfter } from "./crash.fixture.ts";

const KILLS = 6;
const FIXTURE = new URL("crash.fixture.ts", import.meta.url).pathname;

/** Starts the writer, kills it at a random moment after some acknowledgements, and says how many it gave in all. */
async function writeUntilKilled(folder: string, first: number): Promise<number> {
  const writer = spawn(process.execPath, ["--conditions=@galen/source", FIXTURE, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = first;
  const enough = first + 2 + Math.floor(Math.random() * 6);
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged = Number(line);
    if (acknowledged >= enough) setTimeout(() => writer.kill("SIGKILL"), Math.random() * 40);
  }
  return acknowledged;
}

async function stateOf(collection: Collection): Promise<Map<string, number>> {
  const { documents } = await collection.list({ limit: 1_000 });
  return new Map(documents.map(({ id, snippet }) => [id, Number(/version (\d+)$/.exec(snippet)?.[1])]));
}

const sorted = (state: Map<string, number>) => [...state].sort(([left], [right]) => (left < right ? -1 : 1));

test("kill −9 while writing: what was acknowledged is there once, what was not is there wholly or not at all", async () => {
  await using folder = await temporaryDirectory();
  let operations = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    operations = await writeUntilKilled(folder.path, operations);
    await using database = await openCrashDatabase(folder.path);
    const collection = await database.collection("c");
    const state = sorted(await stateOf(collection));
    const possible = [sorted(stateAfter(operations)), sorted(stateAfter(operations + 1))];
    expect(possible, `kill ${kill} after ${operations} operations`).toContainEqual(state);
    expect(await database.verify()).toMatchObject({ ok: true });
    const [id, version] = state[0] ?? ["", 0];
    const { hits } = await collection.search({ query: `version ${version} document ${id}`, limit: 100 });
    expect(hits.map((hit) => hit.id)).toContain(id);
    expect(new Set(hits.map((hit) => hit.id)).size).toBe(hits.length);
    if (JSON.stringify(state) === JSON.stringify(possible[1])) operations++;
  }
  expect(operations).toBeGreaterThan(KILLS);
}, 120_000);
