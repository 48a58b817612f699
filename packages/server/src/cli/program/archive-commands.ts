import { ExportFormat } from "@galen/db/schemas";
import { Option, type Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { dataOption, examples, filterOption, jsonOption } from "./options.ts";

export function addArchiveCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Backups:");
  program
    .command("export")
    .description("write the documents of a collection to a file, also while a server runs")
    .argument("<collection>")
    .argument("<file>", "JSON lines, or Parquet when it ends in .parquet")
    .addOption(formatOption())
    .option("--vectors", "write the vectors, too, so that an import need not embed")
    .addOption(filterOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen export medquad medquad.jsonl --vectors"))
    .action(async (collection, file, _options, command) =>
      (await import("../commands/export.ts")).exportCollection(
        { collection, file, ...command.optsWithGlobals() },
        terminal,
      ),
    );
  program
    .command("import")
    .description("store the documents of an exported file, or of any with `id` and `text`")
    .argument("<collection>", "made when it does not exist")
    .argument("<file>", "JSON lines, or Parquet when it ends in .parquet")
    .addOption(formatOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen import medquad medquad.jsonl"))
    .action(async (collection, file, _options, command) =>
      (await import("../commands/import.ts")).importFile({ collection, file, ...command.optsWithGlobals() }, terminal),
    );
  addSnapshotCommands(program, terminal);
}

function addSnapshotCommands(program: Command, terminal: Terminal): void {
  const snapshot = program.command("snapshot").description("keep collections as they are at one moment");
  snapshot
    .command("create")
    .description("take a snapshot, which shares its files with the collection")
    .argument("<collection>")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen snapshot create medquad"))
    .action(async (collection, _options, command) =>
      (await snapshotCommands()).createSnapshot({ collection, ...command.optsWithGlobals() }, terminal),
    );
  snapshot
    .command("list")
    .description("list the snapshots, from old to new")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen snapshot list"))
    .action(async (_options, command) => (await snapshotCommands()).listSnapshots(command.optsWithGlobals(), terminal));
  snapshot
    .command("verify")
    .description("compare every file of a snapshot with what was written")
    .argument("<id>")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen snapshot verify ID"))
    .action(async (id, _options, command) =>
      (await snapshotCommands()).verifySnapshot({ id, ...command.optsWithGlobals() }, terminal),
    );
  snapshot
    .command("restore")
    .description("make a collection of a snapshot; nothing is embedded")
    .argument("<id>")
    .option("--name <name>", "of the collection (default: its name when the snapshot was taken)")
    .option("--replace", "take the place of a collection of that name, in one step")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen snapshot restore ID --name medquad-before"))
    .action(async (id, _options, command) =>
      (await snapshotCommands()).restoreSnapshot({ id, ...command.optsWithGlobals() }, terminal),
    );
  snapshot
    .command("delete")
    .description("remove a snapshot")
    .argument("<id>")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen snapshot delete ID"))
    .action(async (id, _options, command) =>
      (await snapshotCommands()).removeSnapshot({ id, ...command.optsWithGlobals() }, terminal),
    );
}

function snapshotCommands() {
  return import("../commands/snapshot.ts");
}

function formatOption(): Option {
  return new Option("--format <format>", "format of the file; by name when absent").choices(ExportFormat.options);
}
