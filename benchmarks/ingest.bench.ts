// `npm run bench -- ingest [--documents 1935] [--rounds 3] [--large] [--python FOLDER] [--output FILE]`: the same documents indexed
// for hybrid search by Galen and by txtai. README.md says how.
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, temporaryDirectory } from "@galen/testing";
import { SHIPPED_MODEL, writeShippedModel } from "./embed/model-files.ts";
import { pinToCores } from "./embed/pinning.ts";
import { findPeers } from "./embed/python.ts";
import { runContest } from "./ingest/contest.ts";
import type { IngestFigures } from "./ingest/contest.ts";
import { contestants } from "./ingest/contestants/contestants.ts";
import { readCorpus } from "./ingest/corpus.ts";

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "1935" },
    rounds: { type: "string", default: "3" },
    large: { type: "boolean", default: false },
    python: { type: "string", default: join(tmpdir(), "galen-peers") },
    output: { type: "string", default: fileURLToPath(new URL("results/ingest.json", import.meta.url)) },
  },
});
/** Galen's memory with this many, once; the peers would take the better part of an hour. */
const LARGE_DOCUMENTS = 16_000;

await using directory = await temporaryDirectory();
const folder = directory.path;
const peers = await findPeers(values.python);
const launch = { python: peers?.program, pinning: await pinToCores() };
const model = peers?.modelFolder ?? join(folder, "all-MiniLM-L6-v2");
if (peers === undefined) await writeShippedModel(model);

const contest = await measure(Number(values.documents), Number(values.rounds), contestants);
const large = values.large ? await measure(LARGE_DOCUMENTS, 1, contestants.slice(0, 1)) : null;
const results = { benchmark: "ingest", date: new Date().toISOString(), machine: describeMachine(), contest, large };
await writeFile(values.output, `${JSON.stringify(results, undefined, 2)}\n`);
for (const part of [contest, large]) if (part) process.stdout.write(table(part));

async function measure(count: number, rounds: number, all: typeof contestants) {
  const { source, documents } = await readCorpus(SHIPPED_MODEL, count);
  const file = join(folder, `documents-${count}.json`);
  await writeFile(file, JSON.stringify(documents));
  const able = all.filter(({ runtime }) => runtime === "node" || launch.python !== undefined);
  const named = { file, count: documents.length };
  const figures = await runContest({ contestants: able, model, documents: named, rounds, launch, folder, onProgress });
  return { source, documents: documents.length, rounds, contestants: figures };
}

function onProgress(what: string): void {
  process.stderr.write(`${what}\n`);
}

function table({ source, documents, contestants }: Awaited<ReturnType<typeof measure>>): string {
  const rows = contestants.map((figures) => `| ${cells(figures).join(" | ")} |`);
  const head = "| | documents/s | of the rounds | × txtai (least–most) | peak RSS MB |\n|---|---:|---|---:|---|";
  return `\n${documents} documents of ${source}\n\n${head}\n${rows.join("\n")}\n`;
}

function cells({ title, documents_per_second: { median, rounds }, times, peak_rss_mb }: IngestFigures): string[] {
  const ratio = times ? `${times.median} (${times.least}–${times.most})` : "–";
  return [title, String(median), rounds.join(", "), ratio, peak_rss_mb.map((mb) => mb ?? "?").join(", ")];
}
