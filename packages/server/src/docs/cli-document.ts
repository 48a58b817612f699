import type { Terminal } from "../cli/terminal.ts";
import { createProgram } from "../cli/program.ts";
import { GENERATED } from "./markdown.ts";

const silent: Terminal = {
  out: () => {},
  err: () => {},
  columns: 100,
  outIsTerminal: false,
  redraws: false,
  style: (_format, text) => text,
};

const RULES = `Results go to standard output, everything else to standard error; \`--json\` prints one JSON document, the same object as the
HTTP route, and nothing else. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped with Ctrl-C. The first Ctrl-C finishes the
batch at hand and keeps what is stored; the second one stops at once. In a checkout, \`npm run -s galen -- …\` is \`galen …\`.`;

/** docs/cli.md: the help of every command. */
export function cliDocument(): string {
  const program = createProgram(silent);
  const sections = program.commands.map(
    (command) => `## galen ${command.name()}\n\n${block(command.helpInformation())}`,
  );
  return [GENERATED, "# Command line", RULES, block(program.helpInformation()), ...sections].join("\n\n").concat("\n");
}

function block(help: string): string {
  return `\`\`\`\n${help.trim()}\n\`\`\``;
}
