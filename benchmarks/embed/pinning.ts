import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

/** The cores that every contestant gets. */
export const CORES = 2;

/**
 * What to put before a command so that it runs on the first two cores and no others; nothing on a machine that has no
 * more. A budget of threads alone would leave out the threads that a library starts beside them.
 */
export async function pinToCores(): Promise<readonly string[]> {
  if (availableParallelism() <= CORES) return [];
  const pinning = ["taskset", "--cpu-list", `0-${CORES - 1}`];
  try {
    await promisify(execFile)("taskset", ["--cpu-list", `0-${CORES - 1}`, "true"]);
    return pinning;
  } catch (error) {
    process.stderr.write(
      `The contestants cannot be pinned to ${CORES} cores (${String(error)}): only their threads are equal.\n`,
    );
    return [];
  }
}
