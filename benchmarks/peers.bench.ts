// `npm run bench -- peers [--corpus FOLDER] [--documents N] [--rounds 2] [--only A,B] [--python FOLDER] [--output FILE]`: a folder in BEIR's layout,
// indexed and searched by Galen and by txtai in one run. README.md says how.
import { writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openBeirFolder } from "@galen/rag";
import { describeMachine, temporaryDirectory } from "@galen/testing";
import { writeShippedModel } from "./embed/model-files.ts";
import { pinToCores } from "./embed/pinning.ts";
import { findPeers } from "./embed/python.ts";
import { runContest } from "./peers/contest.ts";
import { contestants } from "./peers/contestants/contestants.ts";
import { peersSection } from "./peers/page.ts";
import type { PeersResults } from "./peers/results.ts";
import { round } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: fileURLToPath(new URL("../../shared/data/scifact", import.meta.url)) },
    documents: { type: "string" },
    rounds: { type: "string", default: "2" },
    only: { type: "string" },
    python: { type: "string", default: join(tmpdir(), "galen-peers") },
    output: { type: "string", default: fileURLToPath(new URL("results/peers.json", import.meta.url)) },
  },
});

await using directory = await temporaryDirectory();
const folder = directory.path;
const peers = await findPeers(values.python);
const launch = { python: peers?.program, pinning: await pinToCores() };
const model = peers?.modelFolder ?? join(folder, "all-MiniLM-L6-v2");
if (peers === undefined) await writeShippedModel(model);

const corpus = await openBeirFolder(values.corpus);
const most = values.documents === undefined ? Number.POSITIVE_INFINITY : Number(values.documents);
const documents: object[] = [];
for await (const { id, title, text } of corpus.documents()) {
  if (documents.length >= most) break;
  documents.push({ id, text, ...(title !== undefined && { title }) });
}
const file = join(folder, "documents.json");
await writeFile(file, JSON.stringify(documents));

const names = values.only?.split(",");
const able = contestants
  .filter(({ name }) => names === undefined || names.includes(name))
  .filter(({ runtime }) => runtime === "node" || launch.python !== undefined);
const before = load();
const result = await runContest({
  contestants: able,
  model,
  documents: { file, count: documents.length },
  queries: corpus.queries,
  rounds: Number(values.rounds),
  launch,
  folder,
  onProgress: (what) => void process.stderr.write(`${what}\n`),
});
const results: PeersResults & { readonly benchmark: string } = {
  benchmark: "peers",
  date: new Date().toISOString(),
  machine: describeMachine(),
  load_average: [before, load()],
  dataset: corpus.name,
  documents: documents.length,
  queries: corpus.queries.length,
  ...result,
};
await writeFile(values.output, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(`${peersSection(results)}\n`);

function load(): number[] {
  return loadavg().map((value) => round(value, 2));
}
