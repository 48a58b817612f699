import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { describeMachine, temporaryDirectory } from "@galen/testing";
import { writeShippedModel } from "../embed/model-files.ts";
import { CORES, pinToCores } from "../embed/pinning.ts";
import { findPeers } from "../embed/python.ts";
import { round } from "../statistics.ts";
import { runContest } from "./contest.ts";
import { readCorpus } from "./corpus.ts";
import type { Options } from "./options.ts";
import type { PeersResults } from "./results.ts";

/** Everything that the options ask for. What it writes on the way is removed at the end. */
export async function runBenchmark(options: Options): Promise<PeersResults> {
  const load_average_before = loadavg().map((load) => round(load, 2));
  const started = performance.now();
  const { rounds, only: contestants } = options;
  const corpus = await readCorpus(options.corpus, options.limitDocuments);
  await using directory = await temporaryDirectory();
  const folder = directory.path;
  const documents = join(folder, "documents.json");
  await writeFile(documents, JSON.stringify(corpus.documents));
  const { model, weights, ...launch } = await prepare(options.python, folder);
  const contest = await runContest({ contestants, corpus, model, documents, rounds, launch, folder, onProgress });
  const isPinned = launch.pinning.length > 0;
  return {
    benchmark: "peers",
    date: new Date().toISOString(),
    machine: { ...describeMachine(), load_average_before, cores_used: CORES, pinned: isPinned },
    seconds: round((performance.now() - started) / 1000, 0),
    corpus: {
      name: corpus.name,
      documents: corpus.documents.length,
      queries: corpus.queries.length,
      limited: corpus.limited,
    },
    weights,
    rounds,
    ...contest,
  };
}

/** The weights are the same for everybody; those that Galen ships where there is no Python. */
async function prepare(environment: string, folder: string) {
  const peers = await findPeers(environment);
  const pinning = await pinToCores();
  if (peers !== undefined) return { python: peers.program, pinning, model: peers.modelFolder, weights: "float32" };
  const model = join(folder, "all-MiniLM-L6-v2");
  await writeShippedModel(model);
  return { python: undefined, pinning, model, weights: "float16" };
}

function onProgress(what: string): void {
  process.stderr.write(`${what}\n`);
}
