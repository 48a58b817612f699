import { ModelError } from "../errors.ts";
import { InferenceWorker } from "./inference-worker-handle.ts";
import type { Feeds, PreparedModel, Tensor, WorkerSetup } from "./inference-message.ts";
import { JobQueue } from "./job-queue.ts";
import type { Priority } from "./job-queue.ts";

export interface PoolOptions {
  /** Most worker threads at a time. The first starts with the pool, the others when work waits. */
  readonly workers: number;
  /** The module that the threads run; another than the usual one is for tests. */
  readonly entry?: URL;
}

export interface RunOptions {
  /** @default "document" */
  readonly priority?: Priority | undefined;
  /** The output of the graph to fetch. @default the first */
  readonly output?: string | undefined;
  /** Drops the batch when it has not started; a started one ends unheard. */
  readonly signal?: AbortSignal | undefined;
}

/** So long after a query one worker is kept free for the next. */
export const QUERY_RESERVE_MS = 1_000;

/**
 * Runs batches on worker threads, because onnxruntime-node computes on the thread that calls it.
 *
 * A query goes before all documents that wait, but not before one that is computed: while queries come, documents leave one of several
 * workers free.
 *
 * A worker that dies is replaced when work waits. The batch it was computing is computed once more, behind those that
 * wait; a batch that has ended two workers is to blame, and fails with `inference_failed`.
 */
export class InferencePool implements AsyncDisposable {
  #setup: WorkerSetup;
  #reported: PreparedModel["reported"] = {};
  readonly #options: PoolOptions;
  readonly #queue = new JobQueue<Job>();
  readonly #workers = new Set<InferenceWorker>();
  readonly #idle = new Set<InferenceWorker>();
  #starting = 0;
  #documents = 0;
  #lastQuery = Number.NEGATIVE_INFINITY;
  #reserved: NodeJS.Timeout | undefined;
  #disposal: Promise<void> | undefined;

  /** Prepares the model and opens the first session. @throws {ModelError} `inference_failed` */
  static async open(setup: WorkerSetup, options: PoolOptions): Promise<InferencePool> {
    const pool = new InferencePool(setup, options);
    await pool.#start();
    return pool;
  }

  /** What the preparation of the model reported, by name. */
  get reported(): PreparedModel["reported"] {
    return this.#reported;
  }

  private constructor(setup: WorkerSetup, options: PoolOptions) {
    this.#setup = setup;
    this.#options = options;
  }

  /**
   * How many batches it pays to have under way: one for each worker, and one waiting behind it. Calls with many
   * batches give no more than these at a time, which is what bounds the queue.
   */
  get capacity(): number {
    return 2 * this.#options.workers;
  }

  /** Computes one batch. @throws {ModelError} `inference_failed`, `disposed`, or the signal's reason. */
  async run(feeds: Feeds, { priority = "document", output, signal }: RunOptions = {}): Promise<Tensor<Float32Array>> {
    if (this.#disposal !== undefined) throw disposedError();
    signal?.throwIfAborted();
    const job: Job = {
      feeds,
      output,
      priority,
      starts: 0,
      isOver: false,
      ...Promise.withResolvers<Tensor<Float32Array>>(),
    };
    const abort = (): void => {
      job.isOver = true;
      this.#queue.remove(job);
      job.reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#queue.push(job, priority);
    this.#pump();
    return job.promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  /** Rejects what waits with `disposed`, lets running batches end, and returns when no thread is left. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#close();
    return this.#disposal;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#reserved);
    for (const job of this.#queue.drain()) job.reject(disposedError());
    await Promise.all([...this.#workers].map((worker) => worker.close()));
  }

  // Who computed last is asked first: its weights are still in the caches of its core. Taken in turns, the workers of a
  // bulk load that is over would each find them gone, query by query.
  #pump(): void {
    for (const worker of [...this.#idle].toReversed()) {
      const job = this.#queue.shift(this.#isReserved() ? ["query"] : undefined);
      if (job === undefined) return;
      this.#idle.delete(worker);
      void this.#serve(worker, job);
    }
    const room = this.#options.workers - this.#workers.size;
    for (let wanted = Math.min(room, this.#queue.size - this.#starting); wanted > 0; wanted--) void this.#grow();
  }

  /** Whether the last worker is to wait for a query. */
  #isReserved(): boolean {
    const { workers } = this.#options;
    if (workers === 1 || this.#documents < workers - 1) return false;
    const left = this.#lastQuery + QUERY_RESERVE_MS - performance.now();
    if (left <= 0) return false;
    this.#reserved ??= setTimeout(() => {
      this.#reserved = undefined;
      this.#pump();
    }, left).unref();
    return true;
  }

  async #serve(worker: InferenceWorker, job: Job): Promise<void> {
    job.starts++;
    if (job.priority === "query") this.#lastQuery = performance.now();
    else this.#documents++;
    try {
      job.resolve(await worker.run(job.feeds, job.output));
    } catch (error) {
      if (worker.alive || !this.#retry(job)) job.reject(error);
    }
    if (job.priority === "document") this.#documents--;
    if (worker.alive) this.#idle.add(worker);
    this.#pump();
  }

  // What onnxruntime refuses it would refuse again. A thread that dies may have died of something else.
  #retry(job: Job): boolean {
    if (job.starts >= MAX_STARTS || job.isOver || this.#disposal !== undefined) return false;
    this.#queue.push(job, job.priority);
    return true;
  }

  // A further worker that cannot start fails one waiting batch: the failure is heard, and each attempt uses up a batch.
  async #grow(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      this.#queue.shift()?.reject(error);
      this.#pump();
    }
  }

  async #start(): Promise<void> {
    const { entry } = this.#options;
    const worker = new InferenceWorker(this.#setup, entry === undefined ? {} : { entry });
    this.#workers.add(worker);
    void worker.exited.then(() => this.#forget(worker));
    this.#starting++;
    try {
      this.#keep(await worker.ready);
    } catch (error) {
      this.#forget(worker);
      await worker.exited; // who hears of the failure finds no thread left
      throw error;
    } finally {
      this.#starting--;
    }
    this.#idle.add(worker);
    this.#pump();
  }

  // The other workers, and those that replace a dead one, open the prepared model.
  #keep(prepared: PreparedModel | undefined): void {
    if (prepared === undefined) return;
    this.#setup = { ...this.#setup, model: prepared.model, preparation: undefined };
    this.#reported = prepared.reported;
  }

  #forget(worker: InferenceWorker): void {
    this.#idle.delete(worker);
    if (this.#workers.delete(worker)) this.#pump();
  }
}

interface Job extends PromiseWithResolvers<Tensor<Float32Array>> {
  readonly feeds: Feeds;
  readonly output: string | undefined;
  readonly priority: Priority;
  /** How many workers have been given it. */
  starts: number;
  /** Whether nobody waits for it any more. */
  isOver: boolean;
}

// The first worker may have died of anything; the second died of the batch.
const MAX_STARTS = 2;

function disposedError(): ModelError {
  return new ModelError("disposed", "The model has been disposed.", { hint: "Load it again." });
}
