// `npm run bench -- search [--real 2000,16000] [--synthetic 100000] [--precision int8] [--queries 300] [--index FOLDER] [--output FILE]`:
// latency, throughput and recall of searches, idle and while indexing. `--index` keeps what is indexed for the next run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { modelPrecisions } from "@galen/core";
import type { Collection, Database } from "@galen/db";
import { openDatabase } from "@galen/rag";
import { describeMachine } from "@galen/testing";
import { readMedquad, sample } from "./medquad.ts";
import { latencyOf, recallOf } from "./search/measure.ts";
import type { Latency } from "./search/measure.ts";
import type { SearchCase, SearchResults } from "./search/page.ts";
import { BUCKETS, SyntheticEmbedder, syntheticDocument } from "./search/synthetic.ts";
import { round } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    real: { type: "string", default: "2000,16000" },
    synthetic: { type: "string", default: "100000" },
    precision: { type: "string", default: "fp32" },
    queries: { type: "string", default: "300" },
    index: { type: "string" },
    output: { type: "string", default: fileURLToPath(new URL("results/search.json", import.meta.url)) },
  },
});
const precision = modelPrecisions.find((name) => name === values.precision);
if (precision === undefined) throw new Error(`name a precision: ${modelPrecisions.join(" or ")}`);
const queryCount = Number(values.queries);
const folder = values.index ?? mkdtempSync(join(tmpdir(), "galen-search-"));
/** Queries that are compared with a search through all vectors. */
const RECALL_QUERIES = 50;
const CLIENTS = [1, 4, 16];
/** Shares of documents that filters leave, in thousandths. */
const SELECTIVITIES = [1, 10, 100, 500];
const BATCH = 1_000;
/** While indexing a batch of a tenth of a thousand is written without a pause. */
const WRITE_BATCH = 100;

const cases: SearchCase[] = [];
try {
  for (const count of sizes(values.real)) cases.push(await realCase(count));
  for (const count of sizes(values.synthetic)) cases.push(await syntheticCase(count));
} finally {
  if (values.index === undefined) rmSync(folder, { recursive: true, force: true });
}
const load = loadavg().map((value) => round(value, 2));
const machine = describeMachine();
const results: SearchResults & { readonly benchmark: string } = {
  benchmark: "search",
  date: new Date().toISOString(),
  machine,
  load_average: load,
  precision,
  cases,
};
writeFileSync(values.output, `${JSON.stringify(results, undefined, 2)}\n`);
for (const { corpus, documents, modes, while_indexing: busy, recall_at_10: recall } of cases) {
  const idle = modes["hybrid"]?.p50_ms ?? Number.NaN;
  process.stdout.write(
    `${documents} documents of ${corpus}: hybrid p50 ${idle} ms, while indexing p95 ${busy.p95_ms} ms, recall ${recall ?? "–"}\n`,
  );
}

function sizes(list: string): number[] {
  return list.split(",").filter(Boolean).map(Number);
}

async function realCase(count: number): Promise<SearchCase> {
  await using database = await openDatabase(join(folder, `real-${precision}-${count}`));
  const records = sample(readMedquad(), count);
  const documents = records.map(({ id, question, answer }, at) => ({
    id,
    title: question,
    text: answer || question,
    metadata: { bucket: (at * 7_919) % BUCKETS },
  }));
  const { collection, seconds } = await filled(database, documents.length, (at) => documents[at]);
  const queries = sample(records, queryCount).map(({ question }) => question);
  return await measured(collection, {
    corpus: "MedQuAD",
    queries,
    seconds,
    extra: (at) => ({ id: `x${at}`, text: `Note ${at} of a ward.`, metadata: { bucket: 0 } }),
  });
}

async function syntheticCase(count: number): Promise<SearchCase> {
  const embedder = new SyntheticEmbedder();
  await using database = await openDatabase(join(folder, `synthetic-${count}`), { loadEmbedder: async () => embedder });
  const { collection, seconds } = await filled(database, count, syntheticDocument);
  const queries = Array.from(
    { length: queryCount },
    (_, at) =>
      `q${at * 31} ${syntheticDocument(at * 977)
        .text.split(" ")
        .slice(1, 6)
        .join(" ")}`,
  );
  const all = Array.from({ length: count }, (_, at) => ({
    ...syntheticDocument(at),
    vector: embedder.vectorOf(`s${at}`),
  }));
  const nearest = (most: number) => (query: string) => {
    const asked = embedder.vectorOf(query);
    const among = all.filter(({ metadata }) => metadata.bucket < most);
    const scored = among.map(({ id, vector }) => ({
      id,
      score: vector.reduce((sum, value, at) => sum + value * (asked[at] ?? 0), 0),
    }));
    return scored
      .sort((left, right) => right.score - left.score)
      .slice(0, 10)
      .map(({ id }) => id);
  };
  return await measured(collection, {
    corpus: "synthetic vectors",
    queries,
    seconds,
    nearest,
    extra: (at) => ({ ...syntheticDocument(count + at), id: `x${at}` }),
  });
}

/** Written in batches and maintained, unless an earlier run has done it. */
async function filled(database: Database, count: number, document: (at: number) => object | undefined) {
  const isNew = !(await database.hasCollection("search"));
  const collection = isNew
    ? await database.createCollection({ name: "search", precision: precision ?? "fp32", fields: { bucket: "number" } })
    : await database.collection("search");
  const begun = performance.now();
  for (let at = await collection.count(); at < count; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - at) }, (_, place) => document(at + place));
    const { failed } = await collection.upsert(batch.filter((given) => given !== undefined));
    if (failed.length > 0) throw new Error(`${failed.length} documents cannot be stored: ${failed[0]?.message}`);
    process.stderr.write(`${at + batch.length} of ${count}\n`);
  }
  await collection.settle();
  return { collection, seconds: isNew ? round((performance.now() - begun) / 1_000) : null };
}

interface Measured {
  readonly corpus: string;
  readonly queries: readonly string[];
  readonly seconds: number | null;
  readonly extra: (at: number) => object;
  /** The ten nearest documents whose bucket is below. */
  readonly nearest?: (most: number) => (query: string) => readonly string[];
}

async function measured(
  collection: Collection,
  { corpus, queries, seconds, extra, nearest }: Measured,
): Promise<SearchCase> {
  const { documents, passages, bytes } = await collection.info();
  const few = queries.slice(0, RECALL_QUERIES);
  const modes: Record<string, Latency> = {};
  for (const mode of ["dense", "keyword", "hybrid"] as const)
    modes[mode] = await latencyOf(collection, queries, { mode });
  const clients: Record<string, Latency> = {};
  for (const count of CLIENTS) clients[count] = await latencyOf(collection, queries, { clients: count });
  const filters: Record<string, SearchCase["filters"][string]> = {};
  for (const share of SELECTIVITIES) {
    const filter = { bucket: { lt: share } };
    const recall = nearest ? await recallOf(collection, few, { filter, nearest: nearest(share) }) : null;
    filters[`${share / 10} %`] = { ...(await latencyOf(collection, queries, { filter })), recall_at_10: recall };
  }
  const recall = nearest ? await recallOf(collection, few, { nearest: nearest(BUCKETS) }) : null;
  const { exact } = await collection.search({ query: queries[0] ?? "x", mode: "dense" });
  const busy = await whileIndexing(collection, extra, () => latencyOf(collection, queries, {}));
  const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
  const size = { documents, passages, index_seconds: seconds, rss_mb: rss, disk_mb: Math.round(bytes / 2 ** 20) };
  return { corpus, ...size, exact, modes, clients, filters, while_indexing: busy, recall_at_10: recall };
}

/** What is written meanwhile goes again. */
async function whileIndexing<Value>(
  collection: Collection,
  extra: (at: number) => object,
  measure: () => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  let written = 0;
  const writing = (async () => {
    while (!controller.signal.aborted) {
      await collection.upsert(Array.from({ length: WRITE_BATCH }, (_, place) => extra(written + place)));
      written += WRITE_BATCH;
    }
  })();
  try {
    return await measure();
  } finally {
    controller.abort();
    await writing;
    const ids = Array.from({ length: written }, (_, at) => `x${at}`);
    for (let at = 0; at < ids.length; at += BATCH) await collection.delete({ ids: ids.slice(at, at + BATCH) });
    await collection.settle();
  }
}
