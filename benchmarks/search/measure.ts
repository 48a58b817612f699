import type { Collection } from "@galen/db";
import type { SearchRequestInput } from "@galen/db/schemas";
import { quantile, round } from "../statistics.ts";

export interface Latency {
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly per_second: number;
}

const LIMIT = 10;
const WARM_UP = 20;

/** Searches by several clients, each of which waits for its answer before it asks again. */
export async function latencyOf(
  collection: Collection,
  queries: readonly string[],
  { clients = 1, ...options }: Omit<SearchRequestInput, "query"> & { readonly clients?: number },
): Promise<Latency> {
  const search = (query: string) => collection.search({ limit: LIMIT, ...options, query });
  for (const query of queries.slice(0, WARM_UP)) await search(query);
  const times: number[] = [];
  const waiting = [...queries];
  const begun = performance.now();
  const client = async () => {
    for (let query = waiting.pop(); query !== undefined; query = waiting.pop()) {
      const start = performance.now();
      await search(query);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - begun) / 1_000;
  const at = (share: number) => round(quantile(times, share), 2);
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), per_second: round(times.length / seconds) };
}

/** Mean share of the ten nearest that a dense search finds, among documents whose vectors are known. */
export async function recallOf(
  collection: Collection,
  queries: readonly string[],
  {
    filter,
    nearest,
  }: { readonly filter?: SearchRequestInput["filter"]; readonly nearest: (query: string) => readonly string[] },
): Promise<number> {
  let [found, expected] = [0, 0];
  for (const query of queries) {
    const { hits } = await collection.search({
      query,
      mode: "dense",
      limit: LIMIT,
      ...(filter !== undefined && { filter }),
    });
    const ids = new Set(hits.map(({ id }) => id));
    const wanted = nearest(query);
    found += wanted.filter((id) => ids.has(id)).length;
    expected += wanted.length;
  }
  return round(expected === 0 ? 1 : found / expected, 4);
}
