import { FakeEmbedder } from "@galen/testing";
import { Database } from "../database.ts";

/** State of the crash test's collection after so many operations: id → version of its text. */
export function stateAfter(operations: number): Map<string, number> {
  const state = new Map<string, number>();
  for (let operation = 0; operation < operations; operation++) {
    const { upserts, deletes } = operationAt(operation);
    for (const id of upserts) state.set(id, operation);
    for (const id of deletes) state.delete(id);
  }
  return state;
}

/** Twenty documents are written, most of them again and again; every fourth operation deletes instead. */
function operationAt(operation: number): { upserts: string[]; deletes: string[] } {
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `d${(operation * 7 + at) % 60}`);
  return operation % 4 === 3 ? { upserts: [], deletes: ids(5) } : { upserts: ids(20), deletes: [] };
}

/** Two passages a document, so that a torn write would show. */
export async function openCrashDatabase(folder: string): Promise<Database> {
  return Database.open(folder, {
    loadEmbedder: async () => new FakeEmbedder(),
    split: async (text) => [
      { start: 0, end: 10 },
      { start: 5, end: text.length },
    ],
  });
}

/** Carries out operations from the given one on, saying on stdout which have been acknowledged, until it is killed. */
async function run(folder: string, first: number): Promise<never> {
  const database = await openCrashDatabase(folder);
  const collection = (await database.hasCollection("c"))
    ? await database.collection("c")
    : await database.createCollection({ name: "c" });
  for (let operation = first; ; operation++) {
    const { upserts, deletes } = operationAt(operation);
    if (deletes.length > 0) await collection.delete({ ids: deletes });
    else await collection.upsert(upserts.map((id) => ({ id, text: `document ${id} version ${operation}` })));
    process.stdout.write(`${operation + 1}\n`);
  }
}

const [, script, folder, first] = process.argv;
if (script === import.meta.filename && folder !== undefined) await run(folder, Number(first));
