import { Command } from "commander";
import { version } from "../../version.ts";
import type { Terminal } from "../terminal.ts";
import { addArchiveCommands } from "./archive-commands.ts";
import { addDocumentCommands } from "./document-commands.ts";
import { addModelCommands } from "./model-commands.ts";
import { examples } from "./options.ts";
import { addQualityCommands } from "./quality-commands.ts";
import { addServeCommands } from "./serve-commands.ts";

/** The whole command line. Commands load their code when they run, so that help and version answer at once. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("galen")
    .description("Embeddings database and RAG server: index documents, search them, answer with citations.")
    .version(version)
    .option("--config <file>", "settings as YAML or JSON (env: GALEN_CONFIG)")
    .addHelpText(
      "after",
      `${examples(
        "galen index demo examples/demo-collection/passages.jsonl",
        'galen search demo "can I take ibuprofen with high blood pressure" --limit 3',
      )}
Settings are read from GALEN_* variables and --config FILE too: see docs/configuration.md.`,
    );
  addDocumentCommands(program, terminal);
  addArchiveCommands(program, terminal);
  addModelCommands(program, terminal);
  addQualityCommands(program, terminal);
  addServeCommands(program, terminal);
  for (const command of everyCommand(program)) command.exitOverride().configureOutput(outputOf(terminal));
  return program.commandsGroup("Help:").helpCommand("help [command]", "explain a command");
}

/** A command and all below it, in the order of the help. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Help that was asked for is a result; errors are printed by `runCli` alone. */
function outputOf(terminal: Terminal) {
  return {
    writeOut: terminal.out,
    writeErr: terminal.err,
    outputError: () => {},
    getOutHelpWidth: () => Math.min(terminal.columns, 100),
  };
}
