import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What the thread is started with. */
export interface SessionSetup {
  readonly model: Uint8Array;
  readonly weightsFolder: string;
}

/** What it says of one text. */
export interface SessionAnswer {
  /** How long the session ran. */
  readonly ms: number;
  readonly vector: Float32Array;
}

/** A session in a worker thread with no queue before it: what is left of a query when all else is taken away. */
export class SessionThread implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(setup: SessionSetup) {
    this.#worker = new Worker(new URL("./session-thread.ts", import.meta.url), { workerData: setup });
  }

  async run(ids: Int32Array): Promise<SessionAnswer> {
    const answered = once(this.#worker, "message");
    this.#worker.postMessage(ids, []);
    const [answer] = (await answered) as [SessionAnswer];
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
