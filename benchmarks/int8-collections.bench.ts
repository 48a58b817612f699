// `npm run bench -- int8-collections [--documents 500] [--rounds 5] [--output FILE]`: collections in int8 beside the same in fp32.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { modelPrecisions } from "@galen/core";
import type { ModelPrecision } from "@galen/core";
import type { Collection, Database } from "@galen/db";
import { ingest, openDatabase } from "@galen/rag";
import { describeMachine } from "@galen/testing";
import { MEDQUAD_FIELDS, readMedquad, sample, writeMedquad } from "./medquad.ts";
import { quantile, round, timings } from "./statistics.ts";

const QUERIES = 200;
const LIMIT = 10;
const RESULT = fileURLToPath(new URL("results/int8-collections.json", import.meta.url));

const { values } = parseArgs({
  options: {
    documents: { type: "string", default: "500" },
    rounds: { type: "string", default: "5" },
    output: { type: "string", default: RESULT },
  },
});

const documents = sample(readMedquad(), Number(values.documents));
const questions = sample(documents, Math.min(QUERIES, documents.length)).map(({ question }) => question);
const folder = mkdtempSync(join(tmpdir(), "galen-int8-"));
const file = join(folder, "sample.jsonl");
writeMedquad(file, documents);
try {
  await using database = await openDatabase(join(folder, "data"));
  const { rates, last } = await race(database, Number(values.rounds));
  const report = {
    benchmark: "int8-collections",
    date: new Date().toISOString(),
    machine: describeMachine(),
    load_average: loadavg().map((load) => round(load, 2)),
    documents: documents.length,
    passages: (await last.fp32.info()).passages,
    rounds: Number(values.rounds),
    index_documents_per_second: { fp32: spread(rates.fp32), int8: spread(rates.int8) },
    index_times_fp32: spread(rates.int8.map((rate, at) => rate / (rates.fp32[at] ?? Number.NaN))),
    search_dense_p50_ms: await searchTimes(last),
    ...(await sameHits(last)),
  };
  print(report);
  writeFileSync(values.output, `${JSON.stringify(report, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

type Each<Value> = Record<ModelPrecision, Value>;

/** Rounds in turns, each begun by the other precision; the first loads the models and does not count. */
async function race(database: Database, rounds: number): Promise<{ rates: Each<number[]>; last: Each<Collection> }> {
  const rates: Each<number[]> = { fp32: [], int8: [] };
  let last = await indexBoth(database, 0);
  for (let at = 1; at <= rounds; at += 1) {
    for (const precision of modelPrecisions) await database.dropCollection(last[precision].collection.name);
    last = await indexBoth(database, at);
    for (const precision of modelPrecisions) rates[precision].push(last[precision].rate);
    process.stderr.write(`\rround ${at} of ${rounds}`);
  }
  process.stderr.write("\n");
  return { rates, last: { fp32: last.fp32.collection, int8: last.int8.collection } };
}

interface Indexed {
  readonly collection: Collection;
  /** Documents a second. */
  readonly rate: number;
}

async function indexBoth(database: Database, at: number): Promise<Each<Indexed>> {
  const [first, second] = at % 2 === 0 ? (["fp32", "int8"] as const) : (["int8", "fp32"] as const);
  const indexed = { [first]: await index(database, first), [second]: await index(database, second) };
  return indexed as Each<Indexed>;
}

/** Reading, cutting, encoding, storing durably; the model is loaded. What maintenance is left is not left to the next. */
async function index(database: Database, precision: ModelPrecision): Promise<Indexed> {
  const collection = await database.createCollection({ name: precision, precision, fields: { source: "string" } });
  const start = performance.now();
  const report = await ingest(collection, [file], MEDQUAD_FIELDS);
  const seconds = (performance.now() - start) / 1000;
  if (report.added !== documents.length) throw new Error(`${report.added} of ${documents.length} documents are stored`);
  await collection.settle();
  return { collection, rate: documents.length / seconds };
}

async function searchTimes(collections: Each<Collection>): Promise<Each<number>> {
  const p50 = async (precision: ModelPrecision) => {
    const search = (query: string) => collections[precision].search({ query, mode: "dense", limit: LIMIT });
    return round(quantile(await timings(questions, search), 0.5), 2);
  };
  return { fp32: await p50("fp32"), int8: await p50("int8") };
}

/** How much of what fp32 finds int8 finds too. */
async function sameHits(collections: Each<Collection>): Promise<{ same_first_hit: number; shared_of_ten: number }> {
  let [first, shared] = [0, 0];
  for (const query of questions) {
    const [right, found] = [await topIds(collections.fp32, query), await topIds(collections.int8, query)];
    if (right[0] === found[0]) first += 1;
    shared += new Set(right).intersection(new Set(found)).size / right.length;
  }
  return {
    same_first_hit: round(first / questions.length, 4),
    shared_of_ten: round(shared / questions.length, 4),
  };
}

async function topIds(collection: Collection, query: string): Promise<string[]> {
  const { hits } = await collection.search({ query, mode: "dense", limit: LIMIT });
  return hits.map(({ id }) => id);
}

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

function spread(figures: readonly number[]): Spread {
  const [median, least, most] = [quantile(figures, 0.5), Math.min(...figures), Math.max(...figures)];
  return { median: round(median, 2), least: round(least, 2), most: round(most, 2) };
}

interface Printed {
  readonly documents: number;
  readonly passages: number;
  readonly index_documents_per_second: Each<Spread>;
  readonly index_times_fp32: Spread;
  readonly search_dense_p50_ms: Each<number>;
  readonly same_first_hit: number;
  readonly shared_of_ten: number;
}

function range({ median, least, most }: Spread): string {
  return `${median} (${least}–${most})`;
}

function print(report: Printed): void {
  const { index_documents_per_second: rates, search_dense_p50_ms: p50 } = report;
  const lines = [
    `${report.documents} documents, ${report.passages} passages`,
    `index, documents/s: fp32 ${range(rates.fp32)}, int8 ${range(rates.int8)}`,
    `int8 is ${range(report.index_times_fp32)} times as fast within a round`,
    `dense search, p50 ms: fp32 ${p50.fp32}, int8 ${p50.int8}`,
    `int8 has the first hit of fp32 for ${report.same_first_hit} of the queries, and ${report.shared_of_ten} of its ten`,
  ];
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
