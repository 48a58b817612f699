import type { SearchRequestInput } from "@galen/db/schemas";

/** What a run asks for besides the query. */
export type RunOptions = Pick<SearchRequestInput, "mode" | "fusion" | "expand">;

/** Ways to search that can be compared. To add one: a line here. */
export const retrievalRuns = {
  dense: { mode: "dense" },
  keyword: { mode: "keyword" },
  hybrid: { mode: "hybrid" },
  expanded: { mode: "hybrid", expand: true },
  expanded_keyword: { mode: "keyword", expand: true },
  rrf: { mode: "hybrid", fusion: { method: "rrf" } },
  dbsf: { mode: "hybrid", fusion: { method: "dbsf" } },
  relative: { mode: "hybrid", fusion: { method: "relative" } },
  log_odds: { mode: "hybrid", fusion: { method: "log_odds" } },
  txtai: { mode: "hybrid", fusion: { method: "txtai" } },
} satisfies Record<string, RunOptions>;

export type RetrievalRun = keyof typeof retrievalRuns;

export const retrievalRunNames = Object.keys(retrievalRuns) as RetrievalRun[];
export const defaultRuns: readonly RetrievalRun[] = ["dense", "keyword", "hybrid"];
