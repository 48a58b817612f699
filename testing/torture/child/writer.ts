// A process that writes until it is killed: `node writer.ts {"folder":…,"seed":…,"first":…}`. On stdout one JSON line each for
// its beginning and for every operation that has been acknowledged.
import { openDatabase } from "../load/database.ts";
import { operationAt } from "../load/operations/operations.ts";
import type { WriterEvent, WriterTask } from "./writer-process.ts";

const { folder, seed, first } = JSON.parse(process.argv[2] ?? "") as WriterTask;

say({ at: "opening" });
const database = await openDatabase(folder);
say({ at: "open" });
for (let index = first; ; index++) {
  await operationAt(index, seed).run(database);
  say({ at: "acknowledged", index });
}

/** Written before it returns: what the parent has not read when the process is killed is in the pipe all the same. */
function say(event: WriterEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
