import { SearchMode } from "@galen/db/schemas";
import { Command, InvalidArgumentError, Option } from "commander";
import { version } from "../version.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ galen index demo examples/demo-collection/passages.jsonl
  $ galen search demo "can I take ibuprofen with high blood pressure" --limit 3

Settings are read from GALEN_* variables and --config FILE too: see docs/configuration.md.
`;

/** The whole command line. Commands load their code when they run, so that help and version answer at once. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("galen")
    .description("Embeddings database and RAG server: index documents, search them, answer with citations.")
    .version(version)
    .option("--config <file>", "settings as YAML or JSON (env: GALEN_CONFIG)")
    .addHelpText("after", EXAMPLES);
  addDocumentCommands(program, terminal);
  addModelCommands(program, terminal);
  addServeCommands(program, terminal);
  for (const command of [program, ...program.commands]) command.exitOverride().configureOutput(outputOf(terminal));
  return program.commandsGroup("Help:").helpCommand("help [command]", "explain a command");
}

function addDocumentCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Documents:");
  program
    .command("index")
    .description("add the documents of files and folders; only what has changed is embedded")
    .argument("<collection>", "made when it does not exist")
    .argument("<path...>", "files, or folders to walk")
    .option("--text <field>", "record field that holds the text")
    .option("--title <field>", "record field that holds the title")
    .option("--id <field>", "record field that holds the id")
    .option("--format <format>", "format of the files; by name when it is auto", "auto")
    .option("--field <name:type>", "declare a metadata field of a new collection (repeatable)", collect, [])
    .option("--model <model>", "embedding model of a new collection: folder, npm:<package> or hub id")
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (collection, paths, _options, command) =>
      (await import("./commands/index-files.ts")).indexFiles(
        { collection, paths, ...command.optsWithGlobals() },
        terminal,
      ),
    );
  program
    .command("search")
    .description("find documents")
    .argument("<collection>")
    .argument("<query>")
    .option("--limit <n>", "hits to show", wholeNumber, 10)
    .addOption(modeOption())
    .addOption(filterOption())
    .option("--explain", "show how each score is made")
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (collection, query, _options, command) =>
      (await import("./commands/search.ts")).search({ collection, query, ...command.optsWithGlobals() }, terminal),
    );
  program
    .command("ask")
    .description("answer a question with citations")
    .argument("<collection>")
    .argument("<question>")
    .option("--limit <n>", "passages to read", wholeNumber, 8)
    .addOption(modeOption())
    .addOption(filterOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (collection, question, _options, command) =>
      (await import("./commands/ask.ts")).ask({ collection, question, ...command.optsWithGlobals() }, terminal),
    );
  program
    .command("collections")
    .description("list the collections")
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (_options, command) =>
      (await import("./commands/collections.ts")).listCollections(command.optsWithGlobals(), terminal),
    );
}

function addModelCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Models:");
  program
    .command("embed")
    .description("turn texts into vectors")
    .option("--model <model>", "folder, npm:<package> or hub id; the built-in model otherwise")
    .addOption(
      new Option("--kind <kind>", "what the texts are, for models that tell them apart")
        .choices(["document", "query"])
        .default("document"),
    )
    // One choice so far; scripts that name it keep working when others come.
    .addOption(new Option("--precision <precision>", "arithmetic of the model").choices(["fp32"]).default("fp32"))
    .option("--input <file>", "one text a line, or .jsonl with `text`; - is standard input", "-")
    .option("--output <file>", ".npy (float32, one row a text) or .jsonl; standard output as JSON lines otherwise")
    .action(async (_options, command) =>
      (await import("./commands/embed.ts")).embed(command.optsWithGlobals(), terminal),
    );
}

function addServeCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Serve:");
  program
    .command("serve")
    .description("run the HTTP API and the page")
    .option("--host <host>", "address to listen on (default: 127.0.0.1; env: GALEN_HOST)")
    .option("--port <port>", "port to listen on, 0 for a free one (default: 8080; env: GALEN_PORT)")
    .option("--demo <folder>", "add the demo collection of this folder at the first start")
    .addOption(dataOption())
    .action(async (_options, command) =>
      (await import("./commands/serve.ts")).serve(command.optsWithGlobals(), terminal),
    );
  program
    .command("doctor")
    .description("check this machine, the model and the data folder")
    .option("--model <model>", "model to check: folder, npm:<package> or hub id")
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (_options, command) =>
      (await import("./commands/doctor.ts")).doctor(command.optsWithGlobals(), terminal),
    );
}

function dataOption(): Option {
  return new Option("--data <folder>", "folder or file: URI of the collections (default: galen-data; env: GALEN_DATA)");
}

function jsonOption(): Option {
  return new Option("--json", "print one JSON document and nothing else");
}

function modeOption(): Option {
  return new Option("--mode <mode>", "how to search").choices(SearchMode.options).default("hybrid");
}

function filterOption(): Option {
  return new Option("--filter <json>", 'only documents that match, such as {"year":{"gte":2015}}');
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** Ranges are the library's business; here only what is no number at all is refused. */
function wholeNumber(value: string): number {
  if (!/^[+-]?\d+$/.test(value)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
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
