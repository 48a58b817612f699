import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Collection } from "@galen/db";
import { evaluateRetrieval, openBeirFolder, openDatabase } from "@galen/rag";
import type { RetrievalEvaluation, RetrievalRun } from "@galen/rag";
import { loadConfig } from "../../config.ts";
import { interruptible } from "../interruptible.ts";
import { ProgressDisplay } from "../progress.ts";
import { writeRetrievalReport } from "../retrieval-report/retrieval-report.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { count, counted, plain, seconds } from "../text.ts";

export interface EvalRetrievalOptions {
  readonly config?: string;
  readonly folder: string;
  readonly run?: readonly RetrievalRun[];
  readonly split: string;
  readonly queries?: number;
  readonly model?: string;
  readonly precision?: string;
  readonly index?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** The collection in the folder that keeps it. */
const COLLECTION = "evaluation";

/** `galen eval retrieval`: how well searches find what people judged relevant. */
export async function evalRetrieval(options: EvalRetrievalOptions, terminal: Terminal): Promise<void> {
  const { report, json } = options;
  const result = await interruptible((signal) => evaluate(options, { terminal, signal }));
  const written = report === undefined ? undefined : await writeRetrievalReport(result, { folder: report });
  if (json === true) terminal.out(`${JSON.stringify(result)}\n`);
  else printEvaluation(result, terminal);
  if (written !== undefined && json !== true) terminal.err(`Wrote ${plain(written)}\n`);
}

async function evaluate(
  { folder: path, split, run: runs, queries, json, ...options }: EvalRetrievalOptions,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<RetrievalEvaluation> {
  const folder = await openBeirFolder(path, { split, signal });
  await using opened = await openCollection(options);
  using display = new ProgressDisplay({ title: "Evaluating", unit: "texts", terminal });
  return await evaluateRetrieval(opened.collection, folder, {
    ...(runs && { runs }),
    queries,
    signal,
    ...(json !== true && { onProgress: ({ stage, done, total }) => display.update({ done, total, item: stage }) }),
  });
}

/** In a folder that is kept, or in one that goes again. */
async function openCollection({ config, index, ...flags }: Omit<EvalRetrievalOptions, "folder" | "split">) {
  await using stack = new AsyncDisposableStack();
  const { model, precision } = loadConfig({ flags: { model: flags.model, precision: flags.precision }, file: config });
  const folder = index ?? (await mkdtemp(join(tmpdir(), "galen-eval-")));
  if (index === undefined) stack.defer(() => rm(folder, { recursive: true, force: true }));
  const database = stack.use(await openDatabase(folder));
  const collection: Collection = (await database.hasCollection(COLLECTION))
    ? await database.collection(COLLECTION)
    : await database.createCollection({ name: COLLECTION, precision, ...(model !== undefined && { model }) });
  const owned = stack.move();
  return { collection, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const COLUMNS = [
  { title: "" },
  { title: "nDCG@10", align: "right" },
  { title: "Recall@10", align: "right" },
  { title: "Recall@100", align: "right" },
  { title: "MRR@10", align: "right", rank: 2 },
  { title: "MAP", align: "right", rank: 1 },
  { title: "p50 ms", align: "right", rank: 4 },
  { title: "p95 ms", align: "right", rank: 3 },
] as const;

function printEvaluation(result: RetrievalEvaluation, terminal: Terminal): void {
  const { dataset, model, documents, passages, queries, index_seconds: indexSeconds } = result;
  const rows = result.runs.map(({ name, metrics, latency_ms: latency }) => [
    name,
    ...[metrics["ndcg@10"], metrics["recall@10"], metrics["recall@100"], metrics["mrr@10"], metrics.map].map(share),
    latency.p50.toFixed(1),
    latency.p95.toFixed(1),
  ]);
  terminal.out(
    `${plain(model)} on ${plain(dataset)}: ${count(queries)} judged ${queries === 1 ? "query" : "queries"}\n\n`,
  );
  terminal.out(table(COLUMNS, rows, terminal.outIsTerminal ? { width: terminal.columns } : {}));
  const parts = [
    counted(documents, "document"),
    `${count(passages)} passages`,
    indexSeconds === null ? "indexed before" : `indexed in ${seconds(indexSeconds)}`,
  ];
  terminal.err(`${terminal.style("dim", parts.join(" · "))}\n`);
}

function share(value: number): string {
  return value.toFixed(4);
}
