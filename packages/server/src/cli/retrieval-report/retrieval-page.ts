import { count } from "../text.ts";
import type { RetrievalReport } from "./retrieval-report.ts";

/** The Markdown page of a report. */
export function retrievalPage(report: RetrievalReport): string {
  const { evaluation } = report;
  return `${[
    "# Retrieval",
    introduction(report),
    runs(report),
    `![nDCG@10 of each run on ${inline(evaluation.dataset)}](images/retrieval.svg)`,
    "## What is measured",
    METHOD,
    "## On your own documents",
    OWN,
  ].join("\n\n")}\n`;
}

function introduction({ date, machine, evaluation }: RetrievalReport): string {
  const { dataset, model, documents, passages, queries, index_seconds: seconds } = evaluation;
  const indexed = seconds === null ? "" : `, indexed in ${Math.round(seconds)} s`;
  return `Do searches find what people judged relevant? Written on ${date.slice(0, 10)} by \`galen eval retrieval <folder> --report <folder>\` from
\`retrieval.json\`, which lies beside this page.

${inline(model)} on ${inline(dataset)}: ${count(documents)} documents, cut into ${count(passages)} passages${indexed}; ${count(queries)} judged
queries. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; the times are of this machine and of what else it did.`;
}

function runs({ evaluation }: RetrievalReport): string {
  const rows = evaluation.runs.map(({ name, metrics, latency_ms: latency }) => {
    const shares = [metrics["ndcg@10"], metrics["recall@10"], metrics["recall@100"], metrics["mrr@10"], metrics.map];
    const cells = [...shares.map((share) => share.toFixed(4)), latency.p50.toFixed(1), latency.p95.toFixed(1)];
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  return [
    "| run | nDCG@10 | Recall@10 | Recall@100 | MRR@10 | MAP | p50 ms | p95 ms |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

const METHOD = `Every judged query is searched with the default settings and a limit of 100, and the ranking is compared with the judgments as trec_eval
and BEIR do: nDCG@10 with the relevance itself as gain and log₂(rank + 1) as discount, recall at 10 and at 100, the reciprocal rank of the
first relevant document among ten, and mean average precision over the hundred. Queries without a relevant document are left out, and so is
a document with the query's own id. Times include embedding the query.

Nothing was tuned on these judgments: the default weights are those of the paper that the fusion is from.`;

const OWN = `A folder in BEIR's layout: \`corpus.jsonl\` (\`_id\`, \`title\`, \`text\`), \`queries.jsonl\` (\`_id\`, \`text\`), and \`qrels/test.tsv\` or \`test.tsv\`
(query, document and relevance between tabs), plain or gzipped. \`--run\` names other ways to search, such as the fusion methods; \`--index\` keeps
the collection for the next evaluation.`;

/** Foreign text in Markdown. */
function inline(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, (sign) => `\\${sign}`);
}
