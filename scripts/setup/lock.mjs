import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { SetupError } from "./setup-error.mjs";
import { stateFolder } from "./paths.mjs";

const WAIT_MS = 15 * 60_000;
const POLL_MS = 200;

/** Two commands started at once must not install into the same folder: the second waits for the first. */
export function withSetupLock(work) {
  mkdirSync(stateFolder, { recursive: true });
  return withLock(join(stateFolder, "setup.lock"), work);
}

/** Holds `file` while `work` runs; a file left by a process that is gone is taken over. */
export async function withLock(file, work) {
  const deadline = Date.now() + WAIT_MS;
  while (!take(file)) {
    if (Date.now() > deadline)
      throw new SetupError(
        "another set-up has held the lock for 15 minutes",
        "Stop it, or delete .galen/setup.lock, and try again.",
      );
    await setTimeout(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!holderIsAlive(file)) rmSync(file, { force: true });
    return false;
  }
}

function holderIsAlive(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
