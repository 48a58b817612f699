import { runInForeground } from "../setup/command.mjs";
import { ensureReady } from "../setup/ready.mjs";

/** `npm run dev -- <command> …`: a command with the project's own Node and pnpm first on the PATH. */
export async function run([command = "node", ...args]) {
  const { env } = await ensureReady({ build: false });
  return runInForeground(command, args, { env });
}
