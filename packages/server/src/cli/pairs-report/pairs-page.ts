import type { PairsEvaluation } from "@galen/core";
import { count, counted } from "../text.ts";
import type { PairsReport } from "./pairs-report.ts";
import { publishedColumn, publishedDatasets, publishedRows } from "./published.ts";

/** The Markdown page of a report. */
export function pairsPage(report: PairsReport): string {
  const { evaluation } = report;
  return `${[
    "# Evaluation",
    introduction(report),
    result(evaluation),
    `![Distributions of the cosines: matching pairs around ${evaluation.mean_cosine.matching.toFixed(2)}, shuffled pairs around ${evaluation.mean_cosine.shuffled.toFixed(2)}](images/evaluation.svg)`,
    shuffles(evaluation),
    "## Beside the model card",
    besideTheCard(evaluation),
    "## What is measured",
    METHOD,
    "## On your own pairs and model",
    OWN_PAIRS,
    "## What it does not say",
    LIMITS,
  ].join("\n\n")}\n`;
}

function introduction({ date, file, a, b }: PairsReport): string {
  return `Does a model put texts that belong together nearer to each other than others? Written on ${date.slice(0, 10)} by

\`\`\`
galen eval pairs ${shellWord(file)} --a ${shellWord(a)} --b ${shellWord(b)} --report <folder>
\`\`\`

from \`evaluation.json\`, which lies beside this page.`;
}

function result(evaluation: PairsEvaluation): string {
  const { dataset, model, pairs, texts, truncated_texts: truncated, seeds, pearson, spearman } = evaluation;
  const repeated = Math.max(...seeds.map(({ repeated_matches }) => repeated_matches));
  const sentences = [
    `${inline(model)} on ${inline(dataset)}, ${counted(pairs, "pair")}: Pearson × 100 is **${withSpread(pearson)}**, Spearman × 100 is ${withSpread(spearman)} (mean ± standard deviation over ${counted(seeds.length, "shuffle")}).`,
    `Of ${counted(texts, "distinct text")}, ${count(truncated)} were longer than the model takes and were cut off.`,
    ...(repeated === 0
      ? []
      : [
          `The dataset repeats texts: up to ${counted(repeated, "shuffled pair")} of a shuffle are matching pairs after all and count against the model.`,
        ]),
  ];
  return sentences.join("\n");
}

function shuffles({ seeds }: PairsEvaluation): string {
  const rows = seeds.map(({ seed, pearson, spearman }) => `| ${seed} | ${figure(pearson)} | ${figure(spearman)} |`);
  return ["| seed | Pearson × 100 | Spearman × 100 |", "|---:|---:|---:|", ...rows].join("\n");
}

function besideTheCard({ dataset, model, pearson }: PairsEvaluation): string {
  const column = publishedColumn(dataset);
  const own = column === undefined ? [inline(dataset)] : [];
  const titles = ["model", ...own, ...publishedDatasets.map(({ name }) => name), "figures"];
  const measured = publishedDatasets.map((_, index) => (index === column ? `**${withSpread(pearson)}**` : ""));
  const rows = [
    [
      `**${inline(model.split("@")[0] ?? model)}**`,
      ...own.map(() => `**${withSpread(pearson)}**`),
      ...measured,
      "measured here",
    ],
    ...publishedRows.map(({ model: name, figures }) => [
      name,
      ...own.map(() => ""),
      ...figures.map(figure),
      "published, not measured here",
    ]),
  ];
  const aligned = titles.map((_, index) => (index === 0 || index === titles.length - 1 ? "---" : "---:"));
  const table = [titles, aligned, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `${table}\n\n${column === undefined ? OTHER_DATASET : SAME_DATASET}`;
}

const CARD =
  "Pearson × 100. The published rows are those of the model card of\n[PubMedBERT Embeddings](https://huggingface.co/NeuML/pubmedbert-base-embeddings#evaluation-results).";

const SAME_DATASET = `${CARD} The card gives one
number without its shuffle; compare it with the mean and the spread, not with a single seed.`;

const OTHER_DATASET = `${CARD} They belong to
other datasets and cannot be compared with the measured figure; they show what size such figures have.`;

const METHOD = `It is the evaluation of that model card. Every pair (a, b) of the dataset gets label 1. Then every a gets the b of another pair, with label
0: as many shuffled pairs as matching ones. The score of a pair is the cosine of the vectors of its two texts, and the result is how well the
scores follow the labels: Pearson's correlation, and Spearman's with the mean rank for equal values, both times 100. Each distinct text is
embedded once, with the prompt that the model takes by default.

The shuffle is random, so a single number moves with it: it is repeated with several seeds, and the spread is part of the result. A seed
means the same shuffle on every machine. No a gets its own b back (the shuffle is one cycle through all pairs, by Sattolo's algorithm): a plain
shuffle leaves one pair in place on average, which would be a matching pair with label 0, an error in the labels. The card does not
say which it used. With 1,000 pairs that one pair moves the figure by about 0.1. Where a dataset repeats texts, a shuffled pair can still be a
matching one; such pairs are counted as \`repeated_matches\` and stay in.`;

const OWN_PAIRS = `One JSON object a line, plain or gzipped, with two text fields whose texts belong together: a question and its answer, a title and its
abstract, two wordings of one thing.

\`\`\`
galen eval pairs pairs.jsonl.gz --a title --b abstract
galen eval pairs pairs.jsonl.gz --a title --b abstract --model ./my-model --seeds 20
galen eval pairs pairs.jsonl.gz --a title --b abstract --model neuml/pubmedbert-base-embeddings --report report
\`\`\`

\`--model\` takes a folder, \`npm:<package>\` or the id of a model in the local cache (\`galen model pull <id>\` places it there; nothing else
opens a connection). \`--json\` prints the result as one JSON document; \`--seed 7\` repeats one shuffle exactly. In TypeScript it is
\`evaluatePairs\` of \`@galen/core\`.`;

const LIMITS = `- It is not a measure of search. Random partners are easy to tell apart; a search has to order texts that are all about the question. Two
  models that differ by a point here may differ the other way in nDCG.
- A correlation with two labels rewards scores that lie in two narrow heaps, not only scores in the right order. A model whose matching
  pairs always score higher can still have less than 100.
- The figure belongs to its dataset: its language, its field, the length of its texts. Compare models on the same pairs only.
- Texts longer than a model takes are cut off; the figure is then that of their beginnings. The number of such texts is given above.
- A model that was trained on the dataset does better on it. Nothing here can see that.`;

function withSpread({ mean, deviation }: PairsEvaluation["pearson"]): string {
  return deviation === null ? figure(mean) : `${figure(mean)} ± ${figure(deviation)}`;
}

function figure(value: number): string {
  return value.toFixed(2);
}

/** Names of files and models are foreign text: nothing in them may become markup. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_[\]<>|#~&!]/g, String.raw`\$&`);
}

function shellWord(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll(/[\s`]+/g, " ").replaceAll("'", String.raw`'\''`)}'`;
}
