import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const SCIFACT = new URL("../../../shared/data/scifact/", import.meta.url);

/** Passages, questions and which passages answer them. */
export interface RetrievalSet {
  readonly passages: readonly { readonly id: string; readonly text: string }[];
  readonly queries: readonly { readonly id: string; readonly text: string }[];
  /** Grades by query and passage. */
  readonly judgments: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** SciFact in the layout of BEIR (arXiv:2104.08663), where it lies beside the checkout. */
export function readScifact(): RetrievalSet | undefined {
  if (!existsSync(SCIFACT)) return undefined;
  const corpus = gunzipSync(readFileSync(fileURLToPath(new URL("corpus.jsonl.gz", SCIFACT)))).toString("utf8");
  const judgments = new Map<string, Map<string, number>>();
  for (const line of read("test.tsv").split("\n").slice(1).filter(Boolean)) {
    const [query = "", passage = "", grade = ""] = line.split("\t");
    judgments.set(query, (judgments.get(query) ?? new Map<string, number>()).set(passage, Number(grade)));
  }
  return {
    passages: records(corpus).map(({ _id: id = "", title = "", text = "" }) => ({ id, text: `${title} ${text}` })),
    queries: records(read("queries.jsonl"))
      .map(({ _id: id = "", text = "" }) => ({ id, text }))
      .filter(({ id }) => judgments.has(id)),
    judgments,
  };
}

function records(lines: string): Record<string, string>[] {
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>);
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, SCIFACT)), "utf8");
}

/** The mean nDCG@10 of the passages in order of their dot products with each query. */
export function ndcgAt10(
  { passages, queries, judgments }: RetrievalSet,
  vectors: { readonly passages: readonly Float32Array[]; readonly queries: readonly Float32Array[] },
): number {
  const scores = queries.map(({ id }, index) => {
    const query = vectors.queries[index] ?? new Float32Array();
    const ranked = vectors.passages
      .map((passage, place) => ({ id: passages[place]?.id ?? "", score: dot(query, passage) }))
      .toSorted((a, b) => b.score - a.score);
    const grades = judgments.get(id) ?? new Map<string, number>();
    const gains = ranked.slice(0, 10).map((passage) => grades.get(passage.id) ?? 0);
    const ideal = [...grades.values()].toSorted((a, b) => b - a).slice(0, 10);
    return discounted(gains) / discounted(ideal);
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
