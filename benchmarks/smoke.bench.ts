// `npm run bench -- smoke [--documents 2000] [--output FILE]`: one figure for each thing a user waits for.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SentenceTransformer } from "@galen/core";
import type { Collection, Embedder } from "@galen/db";
import { loadSentenceTransformer } from "@galen/db";
import { answer, openDatabase } from "@galen/rag";
import { describeMachine } from "./machine.ts";
import { type MedquadRecord, readMedquad, sample } from "./medquad.ts";
import { quantile, round, timings } from "./statistics.ts";

const QUERIES = 200;
const ANSWERS = 50;
const BATCH = 250;
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
  const embedding = await measureEmbedding(documents.slice(0, 500));
  const indexing = await measureIndexing();
  const startup = await measureStartup();
  const results = {
    benchmark: "smoke",
    date: new Date().toISOString(),
    machine: describeMachine(),
    documents: documents.length,
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

async function measureEmbedding(records: readonly MedquadRecord[]) {
  const loadStart = performance.now();
  await using model = await SentenceTransformer.load();
  await model.encode("warm up");
  const model_load_ms = round(performance.now() - loadStart, 0);
  const texts = records.flatMap((record) => [record.question, record.answer]);
  const tokens = (await model.countTokens(texts)).reduce(
    (sum, count) => sum + Math.min(count + 2, model.maxSeqLength),
    0,
  );
  await model.encode(texts.slice(0, 64));
  const start = performance.now();
  await model.encode(texts);
  return { model_load_ms, embed_tokens_per_second: round(tokens / ((performance.now() - start) / 1000), 0) };
}

async function measureIndexing() {
  const encoder = new EncoderClock();
  await using database = await openDatabase(data, {
    loadEmbedder: async (model) => encoder.watch(await loadSentenceTransformer(model)),
  });
  const collection = await database.createCollection({ name: "medquad", fields: { source: "string" } });
  await (await collection.embedder()).embedQuery("warm up");
  encoder.busyMs = 0;
  const start = performance.now();
  for (let index = 0; index < documents.length; index += BATCH) {
    const batch = documents.slice(index, index + BATCH);
    await collection.upsert(
      batch.map(({ id, question, answer, focus, source, qtype }) => ({
        id,
        title: question,
        text: answer,
        metadata: { focus, source, qtype },
      })),
    );
    process.stderr.write(`\rindexed ${Math.min(index + BATCH, documents.length)} of ${documents.length}`);
  }
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write("\n");
  const { passages } = await collection.info();
  return {
    passages,
    index_documents_per_second: round(documents.length / seconds),
    index_share_outside_encoder: round(1 - encoder.busyMs / 1000 / seconds, 3),
    ...(await measureSearch(collection)),
    ...(await measureAnswers(collection)),
  };
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

/** Counts the time during which at least one batch was with the encoder. */
class EncoderClock {
  busyMs = 0;
  #running = 0;
  #since = 0;

  watch(embedder: Embedder): Embedder {
    const timed = embedder.embedDocuments.bind(embedder);
    embedder.embedDocuments = (texts, options) => this.#time(() => timed(texts, options));
    return embedder;
  }

  async #time<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running++ === 0) this.#since = performance.now();
    try {
      return await work();
    } finally {
      if (--this.#running === 0) this.busyMs += performance.now() - this.#since;
    }
  }
}

function printTable(results: Record<string, unknown>): void {
  const rows = Object.entries(results).filter(([, value]) => typeof value === "number");
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(width)}  ${String(value).padStart(9)}\n`);
}
