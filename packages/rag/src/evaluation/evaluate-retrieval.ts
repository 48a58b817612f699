import type { Collection } from "@galen/db";
import { RagError } from "../errors.ts";
import type { BeirFolder, BeirQuery } from "./beir-folder.ts";
import { judgeRanking, RANKING_LIMIT } from "./judge-ranking.ts";
import type { RetrievalEvaluation } from "./retrieval-evaluation.ts";
import { meanMetrics } from "./retrieval-metrics.ts";
import { defaultRuns, retrievalRuns } from "./retrieval-runs.ts";
import type { RetrievalRun } from "./retrieval-runs.ts";

export interface EvaluateOptions {
  /** @default dense, keyword and hybrid */
  readonly runs?: readonly RetrievalRun[];
  /** Only the first of the queries. */
  readonly queries?: number | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly stage: "index" | RetrievalRun;
    readonly done: number;
    readonly total?: number;
  }) => void;
}

/** Documents of one upsert. */
const BATCH_DOCUMENTS = 256;
/** Searches before time counts. */
const WARM_UP = 10;

/** Marks a collection that holds the whole folder. */
const COMPLETE = "evaluation:complete";

/**
 * Fills the collection with the folder's documents, unless it has them already, and searches for each query.
 * @throws {RagError} what reading the folder throws; `record_invalid` for documents that cannot be stored
 */
export async function evaluateRetrieval(
  collection: Collection,
  folder: BeirFolder,
  { runs = defaultRuns, queries: most, signal, onProgress }: EvaluateOptions = {},
): Promise<RetrievalEvaluation> {
  const begun = performance.now();
  const isNew = await fill(collection, folder, { ...(signal && { signal }), ...(onProgress && { onProgress }) });
  const indexSeconds = isNew ? (performance.now() - begun) / 1_000 : null;
  const queries = folder.queries.slice(0, most);
  const { model, documents, passages } = await collection.info();
  const results: RetrievalEvaluation["runs"] = [];
  for (const name of runs) {
    const report = (done: number) => onProgress?.({ stage: name, done, total: queries.length });
    results.push(await runOf(collection, queries, { name, report, ...(signal && { signal }) }));
  }
  return {
    dataset: folder.name,
    model,
    documents,
    passages,
    queries: queries.length,
    index_seconds: indexSeconds,
    runs: results,
  };
}

async function fill(
  collection: Collection,
  folder: BeirFolder,
  { signal, onProgress }: Pick<EvaluateOptions, "signal" | "onProgress">,
): Promise<boolean> {
  if (await collection.sources.get(COMPLETE)) return false;
  let done = 0;
  let batch: object[] = [];
  const flush = async () => {
    const { failed } = await collection.upsert(batch, signal ? { signal } : {});
    const [first] = failed;
    if (first)
      throw new RagError("record_invalid", `${failed.length} documents cannot be stored; the first: ${first.message}`);
    done += batch.length;
    batch = [];
    onProgress?.({ stage: "index", done });
  };
  for await (const { id, title, text } of folder.documents(signal)) {
    batch.push({ id, text, ...(title !== undefined && { title }) });
    if (batch.length === BATCH_DOCUMENTS) await flush();
  }
  if (batch.length > 0) await flush();
  await collection.settle();
  await collection.sources.set(COMPLETE, { hash: folder.name, documents: done });
  return true;
}

interface RunParts {
  readonly name: RetrievalRun;
  readonly report: (done: number) => void;
  readonly signal?: AbortSignal;
}

async function runOf(
  collection: Collection,
  queries: readonly BeirQuery[],
  { name, report, signal }: RunParts,
): Promise<RetrievalEvaluation["runs"][number]> {
  const options = retrievalRuns[name];
  const search = (query: string) =>
    collection.search({ query, limit: RANKING_LIMIT, ...options }, signal ? { signal } : {});
  for (const { text } of queries.slice(0, WARM_UP)) await search(text);
  const times: number[] = [];
  const metrics = [];
  for (const [at, query] of queries.entries()) {
    const { hits, took_ms: took } = await search(query.text);
    times.push(took);
    const found = hits.map((hit) => hit.id);
    metrics.push(judgeRanking(query, found));
    report(at + 1);
  }
  times.sort((left, right) => left - right);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  return { name, options, metrics: meanMetrics(metrics), latency_ms: { p50: at(0.5), p95: at(0.95) } };
}
