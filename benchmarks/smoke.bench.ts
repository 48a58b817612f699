// `npm run bench -- smoke [--documents 2000] [--output FILE]`: one figure for each thing a user waits for.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadSentenceTransformer } from "@galen/db";
import type { Collection, Embedder } from "@galen/db";
import { answer, ingest, openDatabase } from "@galen/rag";
import { describeMachine } from "@galen/testing";
import { MEDQUAD_FIELDS, type MedquadRecord, readMedquad, sample, writeMedquad } from "./medquad.ts";
import { quantile, round, timings } from "./statistics.ts";

const QUERIES = 200;
/** [CLS] and [SEP]. */
const SPECIAL_TOKENS = 2;
const ANSWERS = 50;
/** Passages encoded on their own, to know what the encoder alone would have taken. */
const ENCODED_ALONE = 500;
const COMMAND = fileURLToPath(new URL("../packages/server/dist/cli/main.js", import.meta.url));
const RESULT = fileURLToPath(new URL("results/smoke.json", import.meta.url));

const { values } = parseArgs({
  options: { documents: { type: "string", default: "2000" }, output: { type: "string", default: RESULT } },
});

const records = readMedquad();
const documents = sample(records, Number(values.documents));
const questions = sample(documents, QUERIES).map((record) => record.question);
const data = mkdtempSync(join(tmpdir(), "galen-smoke-"));
try {
  const loadStart = performance.now();
  const embedder = await loadSentenceTransformer(undefined);
  await embedder.embedQuery("warm up");
  const model_load_ms = round(performance.now() - loadStart, 0);
  const embedding = await measureEmbedding(embedder, documents.slice(0, 500));
  const indexing = await measureIndexing(embedder);
  const startup = await measureStartup();
  const results = {
    benchmark: "smoke",
    date: new Date().toISOString(),
    machine: describeMachine(),
    documents: documents.length,
    model_load_ms,
    ...embedding,
    ...indexing,
    ...startup,
    peak_rss_mb: round(process.resourceUsage().maxRSS / 1024, 0),
  };
  printTable(results);
  writeFileSync(values.output, `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  rmSync(data, { recursive: true, force: true });
}

/** The encoder alone, tokenizing included. */
async function measureEmbedding(embedder: Embedder, records: readonly MedquadRecord[]) {
  const texts = records.flatMap((record) => [record.question, record.answer]);
  await embedder.embedDocuments(texts.slice(0, 64));
  return { embed_tokens_per_second: round(await tokensPerSecond(embedder, texts), 0) };
}

async function measureIndexing(loaded: Embedder) {
  await using database = await openDatabase(data, { loadEmbedder: () => Promise.resolve(loaded) });
  const collection = await database.createCollection({ name: "medquad", fields: { source: "string" } });
  const file = join(data, "sample.jsonl");
  writeMedquad(file, documents);
  const start = performance.now();
  const onProgress = ({ documents: done }: { documents: number }) =>
    process.stderr.write(`\rindexed ${done} of ${documents.length}`);
  await ingest(collection, [file], { ...MEDQUAD_FIELDS, onProgress });
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write("\n");
  const passages = await passageTexts(collection);
  const tokens = await countTokens(loaded, passages);
  const sampled = await tokensPerSecond(loaded, sample(passages, ENCODED_ALONE));
  return {
    passages: passages.length,
    index_seconds: round(seconds),
    index_documents_per_second: round(documents.length / seconds),
    index_tokens_per_second: round(tokens / seconds, 0),
    index_share_outside_encoder: round(Math.max(0, 1 - tokens / sampled / seconds), 3),
    index_peak_rss_mb: round(process.resourceUsage().maxRSS / 1024, 0),
    ...(await measureSearch(collection)),
    ...(await measureAnswers(collection)),
  };
}

/** What indexing gave the encoder: the title before each passage. */
async function passageTexts(collection: Collection): Promise<string[]> {
  const texts: string[] = [];
  for (const { id } of documents) {
    const document = await collection.get(id);
    for (const { start, end } of document?.passages ?? [])
      texts.push(`${document?.title}\n${document?.text.slice(start, end)}`);
  }
  return texts;
}

async function tokensPerSecond(embedder: Embedder, texts: readonly string[]): Promise<number> {
  const start = performance.now();
  await embedder.embedDocuments(texts);
  return (await countTokens(embedder, texts)) / ((performance.now() - start) / 1000);
}

/** Tokens that the model computes: special tokens included, what is cut off left out. */
async function countTokens(embedder: Embedder, texts: readonly string[]): Promise<number> {
  const counts = await embedder.countTokens(texts);
  return counts.reduce((sum, tokens) => sum + Math.min(tokens + SPECIAL_TOKENS, embedder.maxTokens), 0);
}

async function measureSearch(collection: Collection) {
  const figures: Record<string, number> = {};
  for (const mode of ["dense", "keyword", "hybrid"] as const) {
    const durations = await timings(questions, (query) => collection.search({ query, mode, limit: 10 }));
    figures[`search_${mode}_p50_ms`] = round(quantile(durations, 0.5));
    figures[`search_${mode}_p95_ms`] = round(quantile(durations, 0.95));
  }
  return figures;
}

async function measureAnswers(collection: Collection) {
  const durations = await timings(questions.slice(0, ANSWERS), (question) => answer(collection, { question }));
  return { answer_p50_ms: round(quantile(durations, 0.5)), answer_p95_ms: round(quantile(durations, 0.95)) };
}

/** From the start of the process to a ready server, and to the first answer over HTTP. */
async function measureStartup() {
  const start = performance.now();
  const server = spawn(process.execPath, [COMMAND, "serve", "--data", data, "--port", "0"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const url = await listeningUrl(server);
    const listening = performance.now() - start;
    const body = JSON.stringify({ question: questions[0] });
    const response = await fetch(`${url}/v1/collections/medquad/answers`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    await response.json();
    const first_answer_ms = round(performance.now() - start, 0);
    return {
      start_to_listening_ms: round(listening, 0),
      start_to_first_answer_ms: first_answer_ms,
      server_peak_rss_mb: peakRss(server.pid),
    };
  } finally {
    server.kill("SIGTERM");
  }
}

function listeningUrl(server: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      const url = printed.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (url) resolve(url);
    };
    server.stdout?.on("data", look);
    server.stderr?.on("data", look);
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${printed}`)));
  });
}

function peakRss(pid: number | undefined): number | null {
  if (process.platform !== "linux" || pid === undefined) return null;
  const kilobytes = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)?.[1];
  return kilobytes === undefined ? null : round(Number(kilobytes) / 1024, 0);
}

function printTable(results: Record<string, unknown>): void {
  const rows = Object.entries(results).filter(([, value]) => typeof value === "number");
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(width)}  ${String(value).padStart(9)}\n`);
}
