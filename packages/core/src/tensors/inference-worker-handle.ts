import { Worker } from "node:worker_threads";

import { ModelError } from "../errors.ts";
import { waitAtExit } from "./end-of-process.ts";
import type {
  Feeds,
  GatedSetup,
  PreparedModel,
  Tensor,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from "./inference-message.ts";
import { createGate } from "./run-gate.ts";

// Sources run as they are in development (Node strips the types) and as .js when built; the entry follows this file.
const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js";
export const workerEntry = new URL(`./inference-worker.${EXTENSION}`, import.meta.url);

/** One worker thread with one session, seen from the thread that uses it. */
export class InferenceWorker {
  readonly #worker: Worker;
  #closing = false;
  #alive = true;
  #answer = Promise.withResolvers<Answer>();

  /** What it has prepared, when the session is open; rejects with `inference_failed` when it cannot be opened. */
  readonly ready: Promise<PreparedModel | undefined>;
  /** Resolves when the thread is gone, for whatever reason. */
  readonly exited: Promise<void>;

  constructor(setup: WorkerSetup, { entry = workerEntry }: { entry?: URL } = {}) {
    const gate = createGate();
    const workerData: GatedSetup = { ...setup, gate };
    // Flags of the process are not passed on: some, such as --input-type, keep a worker with a file from starting.
    this.#worker = new Worker(entry, { workerData, execArgv: [] });
    const waiting = waitAtExit(gate);
    this.#worker.once("exit", () => waiting[Symbol.dispose]());
    this.#worker.on("message", (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on("error", (cause) => this.#die(failure("An inference worker crashed", cause)));
    this.#worker.on("exit", (code) => this.#die(failure(`An inference worker ended with code ${code}`)));
    this.exited = new Promise((resolve) => void this.#worker.once("exit", () => resolve()));
    this.ready = this.#answer.promise
      .then((reply) => (reply.kind === "ready" ? reply.prepared : undefined))
      .finally(() => this.#rest());
  }

  /** Whether it can still compute; a crash makes this false before the thread is gone. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Runs one batch; the caller waits for it before it gives the next. */
  async run(feeds: Feeds, output?: string): Promise<Tensor<Float32Array>> {
    this.#answer = Promise.withResolvers();
    this.#worker.ref();
    try {
      this.#post({ kind: "run", feeds, output });
      const reply = await this.#answer.promise;
      if (reply.kind !== "result") throw failure(`An inference worker answered ${reply.kind}`);
      return reply.output;
    } finally {
      this.#rest();
    }
  }

  /** Lets the running batch end, closes the session and waits until the thread is gone. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#worker.ref();
    this.#post({ kind: "close" });
    await this.exited;
  }

  // An idle worker keeps no process alive: a script that forgets to dispose its model still ends.
  #rest(): void {
    if (!this.#closing) this.#worker.unref();
  }

  #die(error: ModelError): void {
    this.#alive = false;
    this.#answer.reject(error);
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request, NOTHING_TO_TRANSFER);
  }

  #settle(reply: WorkerReply): void {
    if (reply.kind === "failed") this.#answer.reject(failure(`onnxruntime: ${reply.reason}`));
    else this.#answer.resolve(reply);
  }
}

const NOTHING_TO_TRANSFER: readonly never[] = []; // token ids are a few kilobytes: copying them is as fast

type Answer = Extract<WorkerReply, { kind: "ready" | "result" }>;

function failure(message: string, cause?: unknown): ModelError {
  return new ModelError("inference_failed", `${message}.`, cause === undefined ? {} : { cause });
}
