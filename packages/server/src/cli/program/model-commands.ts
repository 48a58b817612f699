import { precisions } from "@galen/core";
import { Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { examples, jsonOption, modelOption, precisionOption, wholeNumberFrom } from "./options.ts";

/** Far above any model; the model says its own limit. */
const MAX_DIMENSION = 1_000_000;

export function addModelCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Models:");
  program
    .command("embed")
    .description("turn texts into vectors")
    .addOption(modelOption())
    .addOption(
      new Option("--kind <kind>", "what the texts are, for models that tell them apart")
        .choices(["document", "query"])
        .default("document"),
    )
    .addOption(precisionOption())
    .option("--input <file>", "one text a line, or .jsonl with `text`; - is standard input", "-")
    .option("--output <file>", ".npy (one row a text) or .jsonl; standard output as JSON lines otherwise")
    .option("--prompt <text>", "stands before every text")
    .option("--prompt-name <name>", "takes one of the model's own prompts")
    .option("--normalize", "scale vectors to length 1, after --truncate-dim")
    .option("--truncate-dim <n>", "keep the first n numbers of every vector", wholeNumberFrom(1, MAX_DIMENSION))
    .addOption(
      new Option("--quantize <precision>", "how the numbers are stored; the binary ones are eight to a byte")
        .choices(precisions)
        .default("float32"),
    )
    .option(
      "--calibration <file>",
      "texts that int8 and uint8 take their ranges from, a hundred or more; the input itself otherwise",
    )
    .addHelpText(
      "after",
      examples(
        "galen embed --input texts.txt --output vectors.npy",
        "galen embed --input texts.txt --output vectors.npy --quantize int8 --calibration sample.txt",
      ),
    )
    .action(async (_options, command) =>
      (await import("../commands/embed.ts")).embed(command.optsWithGlobals(), terminal),
    );
  const model = program.command("model").description("look at models and fetch them");
  model
    .command("inspect")
    .description("say what a model is, without loading its weights")
    .argument("[model]", "folder, npm:<package> or hub id; the built-in model otherwise")
    .addOption(jsonOption())
    .addHelpText("after", examples("galen model inspect sentence-transformers/all-MiniLM-L6-v2"))
    .action(async (name, _options, command) =>
      (await import("../commands/model-inspect.ts")).inspect({ model: name, ...command.optsWithGlobals() }, terminal),
    );
  model
    .command("pull")
    .description(
      "download a model into the local Hugging Face cache; the only command that opens a connection by itself",
    )
    .argument("<id>", "Hugging Face id such as neuml/pubmedbert-base-embeddings")
    .option("--revision <revision>", 'branch, tag or commit (default: "main")')
    .option("--endpoint <url>", "address of the hub or of a mirror (env: HF_ENDPOINT)")
    .option("--cache <folder>", "folder of the cache (env: HF_HUB_CACHE)")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `${examples("galen model pull neuml/pubmedbert-base-embeddings")}
A token for private models is read from HF_TOKEN or from the file that \`hf auth login\` writes.`,
    )
    .action(async (id, _options, command) =>
      (await import("../commands/model-pull.ts")).pull({ id, ...command.optsWithGlobals() }, terminal),
    );
}
