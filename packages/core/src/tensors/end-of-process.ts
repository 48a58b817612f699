import { shut } from "./run-gate.ts";
import type { RunGate } from "./run-gate.ts";

// Batches take milliseconds, the longest texts of large models seconds. Whoever ends a program waits no longer than this,
// for all threads together.
const LONGEST_WAIT_MS = 5000;

const gates = new Set<RunGate>();

/**
 * Makes `process.exit()` and an uncaught exception wait until the thread is outside its gate, as both would end it in the
 * middle of a run. Disposing ends that.
 */
export function waitAtExit(gate: RunGate): Disposable {
  if (gates.size === 0) process.on("exit", shutAll);
  gates.add(gate);
  return {
    [Symbol.dispose]: () => {
      gates.delete(gate);
      if (gates.size === 0) process.off("exit", shutAll);
    },
  };
}

function shutAll(): void {
  const deadline = performance.now() + LONGEST_WAIT_MS;
  for (const gate of gates) shut(gate, { deadline });
}
