import { join } from "node:path";
import { runNode } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** `npm start`: the server and the page on the demo collection, which the first run indexes. */
export async function run(args) {
  const toolchain = await ensureReady();
  const serve = ["serve", "--demo", join(root, "examples/demo-collection"), ...args];
  return runNode(toolchain, [join(root, "packages/server/dist/cli/main.js"), ...serve]);
}
