import { join } from "node:path";
import { runNode } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** `npm run torture [-- --seed N --only kill,power --scale short]`: what the database survives, as a table. */
export async function run(args) {
  const toolchain = await ensureReady({ build: false });
  return runNode(toolchain, ["--conditions=@galen/source", join(root, "testing/torture/torture.ts"), ...args]);
}
