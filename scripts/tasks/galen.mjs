import { join } from "node:path";
import { runNode } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** `npm run -s galen -- …`: the command line, set up first when needed (messages on stderr, so that stdout is the command's alone). */
export async function run(args) {
  const toolchain = await ensureReady();
  // npm runs scripts in the checkout; paths that the user typed are relative to where they stand.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return runNode(toolchain, [join(root, "packages/server/dist/cli/main.js"), ...args], { cwd });
}
