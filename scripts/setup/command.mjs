import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { constants } from "node:os";
import { root, setupLog } from "./paths.mjs";

/** Kept of a quiet command's output, to explain a failure. */
const TAIL_CHARACTERS = 8_000;

/** Runs a command with its output in the set-up log. Resolves to `{ code, tail }`. */
export function runQuietly(command, args, { env = process.env, cwd = root } = {}) {
  const log = createWriteStream(setupLog, { flags: "a" });
  log.write(`\n$ ${command} ${args.join(" ")}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let tail = "";
    const keep = (chunk) => {
      log.write(chunk);
      tail = (tail + chunk).slice(-TAIL_CHARACTERS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const finish = (code) => log.end(() => resolve({ code, tail }));
    child.on("error", (error) => {
      keep(String(error));
      finish(127);
    });
    child.on("close", (code) => finish(code ?? 1));
  });
}

/** For signals that the child gets by itself. */
function stay() {}

/** Runs a command on this terminal and passes signals on, so that it can shut down in its own way. Resolves to its exit code. */
export function runInForeground(command, args, { env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit" });
    // A terminal sends Ctrl-C to the whole group: the child has it already, we only stay until it is done.
    const pass = (signal) => child.kill(signal);
    process.on("SIGINT", stay);
    process.on("SIGTERM", pass);
    process.on("SIGHUP", pass);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", stay);
      process.off("SIGTERM", pass);
      process.off("SIGHUP", pass);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

const ALLOCATOR = { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" }; // the default threshold of glibc

/**
 * Runs a Node program as `runInForeground` does, with settings that bound its memory. glibc keeps freed memory in an arena for each
 * native thread, and V8 lets its young generation grow. Indexing touches both all the time. What onnxruntime frees after it has
 * prepared the weights of a model goes back to the system only if the threshold for that is fixed; otherwise glibc raises it.
 */
export function runNode({ node, env }, args, { cwd = root } = {}) {
  const flags = ["--max-semi-space-size=8"];
  return runInForeground(node, [...flags, ...args], { env: { ...ALLOCATOR, ...env }, cwd });
}
