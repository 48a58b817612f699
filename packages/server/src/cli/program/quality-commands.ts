import { retrievalRunNames } from "@galen/rag";
import { Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { examples, jsonOption, modelOption, precisionOption, wholeNumberFrom } from "./options.ts";

const LARGEST_SEED = 2 ** 32 - 1;
/** Each shuffle is a pass over all pairs; their mean is steady long before. */
const MOST_SEEDS = 1_000;

export function addQualityCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Quality:");
  const evaluation = program.command("eval").description("measure how good a model and its searches are");
  evaluation
    .command("pairs")
    .description("tell matching pairs of texts from shuffled ones: Pearson and Spearman × 100 of the cosine")
    .argument("<dataset>", ".jsonl or .jsonl.gz with one pair a line")
    .requiredOption("--a <field>", "record field with the first text of a pair")
    .requiredOption("--b <field>", "record field with the second text, which is shuffled")
    .addOption(modelOption())
    .addOption(precisionOption())
    .option("--seed <n>", "one shuffle, with this seed", wholeNumberFrom(0, LARGEST_SEED))
    .option("--seeds <n>", "shuffles, with the seeds 1 to n (default: 10)", wholeNumberFrom(1, MOST_SEEDS))
    .option("--limit <n>", "only the first n pairs", wholeNumberFrom(2, Number.MAX_SAFE_INTEGER))
    .option("--report <folder>", "write evaluation.md, evaluation.json and images/evaluation.svg there")
    .addOption(jsonOption())
    .addHelpText("after", examples("galen eval pairs pubmedqa.jsonl.gz --a question --b long_answer"))
    .action(async (dataset, _options, command) =>
      (await import("../commands/eval-pairs.ts")).evalPairs({ dataset, ...command.optsWithGlobals() }, terminal),
    );
  evaluation
    .command("retrieval")
    .description("search for judged queries: nDCG@10, recall, MRR@10, MAP and latency of each way to search")
    .argument("<folder>", "BEIR layout: corpus.jsonl, queries.jsonl and qrels/test.tsv, plain or gzipped")
    .addOption(
      new Option("--run <names...>", "ways to search (default: dense keyword hybrid)").choices(retrievalRunNames),
    )
    .option("--split <name>", "judgments to use", "test")
    .option("--queries <n>", "only the first n judged queries", wholeNumberFrom(1, Number.MAX_SAFE_INTEGER))
    .addOption(modelOption())
    .addOption(precisionOption())
    .option("--index <folder>", "keep the indexed documents there, and use them again")
    .option("--report <folder>", "write retrieval.md, retrieval.json and images/retrieval.svg there")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      examples("galen eval retrieval scifact", "galen eval retrieval scifact --run hybrid rrf --index kept"),
    )
    .action(async (folder, _options, command) =>
      (await import("../commands/eval-retrieval.ts")).evalRetrieval({ folder, ...command.optsWithGlobals() }, terminal),
    );
}
