import type { Terminal } from "../cli/terminal.ts";
import type { Command } from "commander";
import { createProgram, everyCommand } from "../cli/program/program.ts";
import { GENERATED } from "./markdown.ts";

const silent: Terminal = {
  out: () => {},
  err: () => {},
  columns: 100,
  outIsTerminal: false,
  redraws: false,
  style: (_format, text) => text,
};

const RULES = `Results go to standard output, everything else to standard error; \`--json\` prints one JSON document and nothing else: the
same object as the HTTP route, where there is one. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped with Ctrl-C. The first Ctrl-C
computes nothing more and keeps what is stored (a server answers the requests that it has, for 10 s at most); the second one stops at
once. In a checkout, \`npm run -s galen -- …\` is
\`galen …\`.`;

/** docs/cli.md: the help of every command. */
export function cliDocument(): string {
  const [program, ...commands] = everyCommand(createProgram(silent));
  const sections = commands.map((command) => `## ${nameOf(command)}\n\n${block(helpOf(command))}`);
  return [GENERATED, "# Command line", RULES, block(program === undefined ? "" : helpOf(program)), ...sections]
    .join("\n\n")
    .concat("\n");
}

/** `galen eval pairs` */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** What `--help` prints, with the examples below: `helpInformation` leaves them out. */
function helpOf(command: Command): string {
  const lines: string[] = [];
  command.configureOutput({ writeOut: (text) => void lines.push(text) }).outputHelp();
  return lines.join("");
}

function block(help: string): string {
  return `\`\`\`\n${help.trim()}\n\`\`\``;
}
