import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FakeEmbedder, temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Collection } from "../collection.ts";
import { Database } from "../database.ts";

const loadEmbedder = async () => new FakeEmbedder();
const PROGRAM = fileURLToPath(new URL("objects.child.ts", import.meta.url));
const ROUNDS = 6;

/** What is acknowledged of each document, and what was under way. */
class Witness {
  readonly acknowledged = new Map<string, string>();
  begun: readonly [id: string, state: string] | undefined;

  hear(output: string): void {
    // The last line may be cut off.
    for (const line of output.slice(0, output.lastIndexOf("\n")).split("\n")) {
      const [word, id = "", state = ""] = line.split(" ");
      this.begun = word === "begun" ? [id, state] : undefined;
      if (word === "done") this.acknowledged.set(id, state);
    }
  }

  /** The states that a document may be in. */
  possible(id: string): string[] {
    const acknowledged = this.acknowledged.get(id) ?? "deleted";
    return this.begun?.[0] === id ? [acknowledged, this.begun[1]] : [acknowledged];
  }
}

async function killedOutput(folder: string, round: number): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=@galen/source", PROGRAM, folder, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  await once(child.stdout, "data");
  await pause(150 + 83 * round);
  child.kill("SIGKILL");
  await exited;
  return output;
}

/** The mark of the write, which the bytes repeat. */
async function stateOf(collection: Collection, id: string): Promise<string> {
  const object = await collection.object(id);
  if (object === undefined) return (await collection.get(id)) ? "without an object" : "deleted";
  return Buffer.from(object.bytes).toString().split(";")[0] ?? "";
}

test(
  "killed while it stores objects, a database has those of every document and no others",
  { timeout: 120_000 },
  async () => {
    await using folder = await temporaryDirectory();
    {
      await using database = await Database.open(folder.path, { loadEmbedder });
      await database.createCollection({ name: "c" });
    }
    const witness = new Witness();
    for (let round = 0; round < ROUNDS; round++) {
      witness.hear(await killedOutput(folder.path, round));
      await using database = await Database.open(folder.path, { loadEmbedder });
      const collection = await database.collection("c");
      for (const id of Array.from({ length: 7 }, (_, at) => `d${at}`)) {
        const state = await stateOf(collection, id);
        expect(witness.possible(id), id).toContain(state);
        witness.acknowledged.set(id, state);
      }
      const report = await collection.verify();
      expect(report).toMatchObject({ ok: true, objects: report.documents });
      const names = await readdir(join(folder.path, "objects"), { recursive: true });
      expect(names.filter((name) => name.length > 2)).toHaveLength(report.objects);
    }
    expect(witness.acknowledged.size).toBe(7);
  },
);
