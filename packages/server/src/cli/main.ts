#!/usr/bin/env node
import { runCli } from "./run.ts";
import { endQuietlyOnClosedPipe, processTerminal } from "./terminal.ts";

endQuietlyOnClosedPipe();
process.exitCode = await runCli(process.argv.slice(2), processTerminal());
