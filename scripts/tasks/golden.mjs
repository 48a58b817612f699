import { join } from "node:path";
import { runNode } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** `npm run golden [-- --write | FOLDER]`: the engine against the reference, model by model, as a Markdown table. */
export async function run(args) {
  const toolchain = await ensureReady({ build: false });
  return runNode(toolchain, ["--conditions=@galen/source", join(root, "testing/golden/table.ts"), ...args]);
}
