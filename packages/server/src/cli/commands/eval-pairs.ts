import { basename } from "node:path";
import {
  evaluatePairs,
  SentenceTransformer,
  type MatchingPair,
  type ModelPrecision,
  type PairsEvaluation,
} from "@galen/core";
import { loadConfig } from "../../config.ts";
import { ServerError } from "../../errors.ts";
import { interruptible } from "../interruptible.ts";
import { writePairsReport } from "../pairs-report/pairs-report.ts";
import { ProgressDisplay } from "../progress.ts";
import { readPairs } from "../read-pairs.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { count, counted, perSecond, plain, seconds } from "../text.ts";

const DEFAULT_SEEDS = 10;

export interface EvalPairsOptions {
  readonly config?: string;
  readonly dataset: string;
  readonly a: string;
  readonly b: string;
  readonly model?: string;
  readonly precision?: string;
  readonly seed?: number;
  readonly seeds?: number;
  readonly limit?: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** `galen eval pairs`: the evaluation of the model card on a file of pairs. */
export async function evalPairs(options: EvalPairsOptions, terminal: Terminal): Promise<void> {
  const { dataset: path, a, b, limit, report, json } = options;
  const { model, precision } = loadConfig({
    flags: { model: options.model, precision: options.precision },
    file: options.config,
  });
  const seeds = seedsOf(options);
  const dataset = basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.[^.]+$/, "");
  const result = await interruptible(async (signal) => {
    const pairs = await readPairs(path, { a, b, limit, signal });
    return await evaluate(pairs, { dataset, model, precision, seeds, signal, terminal, quiet: json === true });
  });
  const written =
    report === undefined ? undefined : await writePairsReport(result, { folder: report, file: basename(path), a, b });
  if (json === true) terminal.out(`${JSON.stringify(result)}\n`);
  else printEvaluation(result, terminal);
  if (written !== undefined && json !== true) terminal.err(`Wrote ${plain(written)}\n`);
}

function seedsOf({ seed, seeds }: EvalPairsOptions): number[] {
  if (seed !== undefined && seeds !== undefined)
    throw new ServerError("usage", "--seed and --seeds do not go together", {
      hint: "--seed N is one shuffle, --seeds N are several.",
    });
  return seed === undefined ? Array.from({ length: seeds ?? DEFAULT_SEEDS }, (_, index) => index + 1) : [seed];
}

interface Run {
  readonly dataset: string;
  readonly model: string | undefined;
  readonly precision: ModelPrecision;
  readonly seeds: readonly number[];
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  /** Without progress. */
  readonly quiet: boolean;
}

async function evaluate(
  pairs: readonly MatchingPair[],
  { dataset, model, precision, seeds, signal, terminal, quiet }: Run,
): Promise<PairsEvaluation> {
  await using transformer = await SentenceTransformer.load(model, { offline: true, precision, signal });
  using display = new ProgressDisplay({ title: "Embedding", unit: "texts", terminal });
  return await evaluatePairs(transformer, pairs, {
    dataset,
    seeds,
    signal,
    ...(!quiet && { onProgress: ({ done, total, tokens }) => display.update({ done, total, tokens }) }),
  });
}

const COLUMNS = [
  { title: "" },
  { title: "Pearson × 100", align: "right" },
  { title: "Spearman × 100", align: "right" },
] as const;

function printEvaluation(result: PairsEvaluation, terminal: Terminal): void {
  const rows = result.seeds.map(({ seed, pearson, spearman }) => [`seed ${seed}`, score(pearson), score(spearman)]);
  const { pearson, spearman, mean_cosine: cosine } = result;
  if (result.seeds.length > 1) {
    rows.push(["mean", score(pearson.mean), score(spearman.mean)]);
    rows.push(["deviation", score(pearson.deviation ?? 0), score(spearman.deviation ?? 0)]);
  }
  terminal.out(`${plain(result.model)} on ${plain(result.dataset)}: ${counted(result.pairs, "pair")}\n\n`);
  terminal.out(table(COLUMNS, rows, terminal.outIsTerminal ? { width: terminal.columns } : {}));
  terminal.out(
    `\nmean cosine: ${cosine.matching.toFixed(3)} of matching pairs, ${cosine.shuffled.toFixed(3)} of shuffled ones\n`,
  );
  printRemarks(result, terminal);
}

function printRemarks(result: PairsEvaluation, terminal: Terminal): void {
  const { texts, truncated_texts: truncated, seconds: took, texts_per_second: rate } = result;
  const repeated = Math.max(...result.seeds.map(({ repeated_matches }) => repeated_matches));
  const parts = [
    counted(texts, "distinct text"),
    `${count(truncated)} truncated`,
    seconds(took),
    `${perSecond(rate)} texts/s`,
  ];
  terminal.err(`${terminal.style("dim", parts.join(" · "))}\n`);
  if (repeated === 0) return;
  terminal.err(
    `${terminal.style("yellow", "!")} texts repeat: up to ${counted(repeated, "shuffled pair")} of a seed are matching pairs and count as errors of the model\n`,
  );
}

function score(value: number): string {
  return value.toFixed(2);
}
