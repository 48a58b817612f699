import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const START_LIMIT_MS = 60_000;

export interface RunningProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything it has printed. */
  readonly output: () => string;
  /** Resolves with the output when it holds `pattern`; rejects when the process ends first. */
  readonly printed: (pattern: RegExp) => Promise<string>;
}

/** Starts a process that goes on until it is disposed: SIGTERM, then its end is awaited. */
export function start(
  command: string,
  args: readonly string[],
  { env = process.env, cwd = root } = {},
): RunningProcess {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  return {
    child,
    output: () => output,
    printed: (pattern) => waitFor(pattern, { child, listeners, output: () => output }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

interface Watched {
  readonly child: ChildProcess;
  readonly listeners: Set<() => void>;
  readonly output: () => string;
}

async function waitFor(pattern: RegExp, { child, listeners, output }: Watched): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = () => pattern.test(output()) && resolve(output());
  const gone = () => reject(new Error(`the process ended without printing ${pattern}:\n${output()}`));
  const late = setTimeout(() => reject(new Error(`nothing like ${pattern} was printed:\n${output()}`)), START_LIMIT_MS);
  listeners.add(look);
  child.once("exit", gone);
  look();
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    listeners.delete(look);
    child.off("exit", gone);
  }
}
