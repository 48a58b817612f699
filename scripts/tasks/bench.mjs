import { existsSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "../setup/command.mjs";
import { root } from "../setup/paths.mjs";
import { ensureReady } from "../setup/ready.mjs";
import { SetupError } from "../setup/setup-error.mjs";

/** `npm run bench -- <name> …`: one of benchmarks/*.bench.ts. */
export async function run([name = "smoke", ...args]) {
  const file = join(root, "benchmarks", `${name}.bench.ts`);
  if (!existsSync(file))
    throw new SetupError(`there is no benchmark "${name}"`, "See benchmarks/README.md for the list.");
  const toolchain = await ensureReady();
  return runNode(toolchain, ["--conditions=@galen/source", file, ...args]);
}
