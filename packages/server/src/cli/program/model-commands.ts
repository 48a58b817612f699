import { Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { examples, modelOption, precisionOption } from "./options.ts";

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
    .option("--output <file>", ".npy (float32, one row a text) or .jsonl; standard output as JSON lines otherwise")
    .addHelpText("after", examples("galen embed --input texts.txt --output vectors.npy"))
    .action(async (_options, command) =>
      (await import("../commands/embed.ts")).embed(command.optsWithGlobals(), terminal),
    );
}
