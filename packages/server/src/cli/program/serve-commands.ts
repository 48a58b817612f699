import type { Command } from "commander";
import type { Terminal } from "../terminal.ts";
import { dataOption, examples, jsonOption, precisionOption } from "./options.ts";

export function addServeCommands(program: Command, terminal: Terminal): void {
  program.commandsGroup("Serve:");
  program
    .command("serve")
    .description("run the HTTP API and the page")
    .option("--host <host>", "address to listen on (default: 127.0.0.1; env: GALEN_HOST)")
    .option("--port <port>", "port to listen on, 0 for a free one (default: 8080; env: GALEN_PORT)")
    .addOption(precisionOption("what the model of new collections computes in"))
    .option("--demo <folder>", "add the demo collection of this folder at the first start")
    .addOption(dataOption())
    .addHelpText("after", examples("galen serve --port 8080 --data galen-data"))
    .action(async (_options, command) =>
      (await import("../commands/serve.ts")).serve(command.optsWithGlobals(), terminal),
    );
  program
    .command("doctor")
    .description("check this machine, the model and the data folder")
    .option("--model <model>", "model to check: folder, npm:<package> or hub id")
    .addOption(precisionOption())
    .option("--repair", "make tables agree with what was acknowledged, where they do not")
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText("after", examples("galen doctor --data galen-data"))
    .action(async (_options, command) =>
      (await import("../commands/doctor.ts")).doctor(command.optsWithGlobals(), terminal),
    );
}
