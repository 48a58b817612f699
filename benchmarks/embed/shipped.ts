import { join } from "node:path";
import { round } from "../statistics.ts";
import { ContestantProcess } from "./contestant-process.ts";
import type { Contestant } from "./contestants/contestants.ts";
import type { ContestOptions } from "./contest.ts";
import { cosines, percentiles } from "./figures.ts";
import type { Shipped } from "./results.ts";
import { readVectors } from "./vectors.ts";

const QUERIES = 100;

/** Each alone: what it takes to load, to answer one query, and in memory. Those that cannot be loaded are left out. */
export async function measureShipped(
  contestants: readonly Contestant[],
  { task, launch, folder, reference, onProgress }: ShippedOptions,
): Promise<Shipped[]> {
  const figures: Shipped[] = [];
  for (const contestant of contestants) {
    onProgress(`${contestant.name} with the weights that Galen ships`);
    await using process = new ContestantProcess(contestant, launch);
    const loaded = await process.ask({ do: "load", ...task }).catch(() => undefined); // the contest has said why
    if (loaded === undefined) continue;
    const start_ms = performance.now() - process.startedAt;
    await process.ask({ do: "encode" });
    const vectors = join(folder, `${contestant.name}-shipped.f32`);
    const { dimension } = await process.ask({ do: "write", file: vectors });
    const queries = await process.ask({ do: "query", times: QUERIES });
    figures.push({
      name: contestant.name,
      load_ms: round(loaded.ms, 0),
      start_ms: round(start_ms, 0),
      peak_rss_mb: process.peakRssMb(),
      query_ms: percentiles(queries.ms),
      cosine: reference === null ? null : cosines(await readVectors(vectors), await readVectors(reference), dimension),
    });
  }
  return figures;
}

interface ShippedOptions extends Omit<ContestOptions, "contestants" | "rounds" | "workload"> {
  /** The file with the vectors of the contest's reference. */
  readonly reference: string | null;
}
