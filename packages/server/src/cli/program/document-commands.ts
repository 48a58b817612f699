import { SearchMode } from "@galen/db/schemas";
import { Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { dataOption, examples, filterOption, jsonOption, precisionOption, wholeNumber } from "./options.ts";

export function addDocumentCommands(program: Command, terminal: Terminal): void {
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
    .addOption(precisionOption("what the model of a new collection computes in"))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen index medquad medquad.jsonl.gz --text answer --title question --id id"))
    .action(async (collection, paths, _options, command) =>
      (await import("../commands/index-files.ts")).indexFiles(
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
    .option("--vectors <name>", "which vectors to search by, in a collection with further ones")
    .addOption(filterOption())
    .option("--explain", "show how each score is made")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples('galen search demo "painkiller for a child" --limit 3'))
    .action(async (collection, query, _options, command) =>
      (await import("../commands/search.ts")).search({ collection, query, ...command.optsWithGlobals() }, terminal),
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
    .addHelpText("after", examples('galen ask demo "When is metformin stopped in kidney disease?"'))
    .action(async (collection, question, _options, command) =>
      (await import("../commands/ask.ts")).ask({ collection, question, ...command.optsWithGlobals() }, terminal),
    );
  program
    .command("collections")
    .description("list the collections")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen collections --data galen-data"))
    .action(async (_options, command) =>
      (await import("../commands/collections.ts")).listCollections(command.optsWithGlobals(), terminal),
    );
}

function modeOption(): Option {
  return new Option("--mode <mode>", "how to search; hybrid, or keyword in a collection without vectors").choices(
    SearchMode.options,
  );
}

function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}
