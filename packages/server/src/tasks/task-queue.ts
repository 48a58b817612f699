import { randomUUID } from "node:crypto";
import type { IngestProgress, IngestReport } from "@galen/rag";
import { ServerError } from "../errors.ts";
import { toProblem } from "../problem.ts";
import type { Task, TaskState } from "../schemas/task.ts";

/** Tasks that wait, each with a file on disk. */
const MAX_WAITING = 100;
/** Ended tasks that are remembered; the collections are the truth, a task only tells how it went. */
const MAX_ENDED = 200;

export interface TaskWork {
  /** @default "ingest" */
  readonly kind?: Task["kind"];
  readonly collection: string;
  /** What the task is about, such as a file name. */
  readonly name: string;
  run(options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: IngestProgress) => void;
  }): Promise<IngestReport | undefined>;
  /** Goes on after the next start of the server: it is not cancelled when this one stops. */
  readonly survives?: boolean;
  /** Called when a user stops the task, not when the server stops. */
  onCancel?(): Promise<void>;
  /** Called once at the end, however the task ends. */
  release?(): Promise<void>;
}

interface Entry {
  task: Task;
  readonly work: TaskWork;
  readonly controller: AbortController;
  /** Left to the next start of the server. */
  isLeft: boolean;
  /** Resolved and replaced at every change. */
  changed: PromiseWithResolvers<void>;
}

/** Long work, one task at a time: encoding uses all cores anyway, and every waiting task shows its place. */
export class TaskQueue implements AsyncDisposable {
  readonly #entries = new Map<string, Entry>();
  readonly #onFailure: (error: unknown) => void;
  #running: Promise<void> = Promise.resolve();

  constructor({ onFailure = () => {} }: { readonly onFailure?: (error: unknown) => void } = {}) {
    this.#onFailure = onFailure;
  }

  /** @throws ServerError `task_queue_full` */
  requireRoom(): void {
    const waiting = this.list().filter(({ state }) => state === "queued").length;
    if (waiting >= MAX_WAITING)
      throw new ServerError("task_queue_full", `${waiting} tasks are waiting already`, {
        hint: "Try again when some of them are done.",
      });
  }

  /**
   * @param id of what is done, where that has one
   * @throws ServerError `task_queue_full`
   */
  add(work: TaskWork, id: string = randomUUID()): Task {
    this.requireRoom();
    return this.#add(work, id);
  }

  /** Work that was accepted before the server started: it is not refused. */
  resume(work: TaskWork, id: string): Task {
    return this.#add(work, id);
  }

  #add(work: TaskWork, id: string): Task {
    const entry = newEntry(work, id);
    this.#entries.set(entry.task.id, entry);
    this.#running = this.#running.then(() => this.#run(entry));
    return entry.task;
  }

  /** Newest first. */
  list(): Task[] {
    return [...this.#entries.values()].map(({ task }) => task).reverse();
  }

  /** @throws ServerError `task_not_found` */
  get(id: string): Task {
    return this.#entry(id).task;
  }

  /**
   * Stops a task; what it has stored stays.
   *
   * @throws ServerError `task_not_found`, `task_finished`
   */
  cancel(id: string): Task {
    const entry = this.#entry(id);
    if (hasEnded(entry.task.state))
      throw new ServerError("task_finished", `The task is ${entry.task.state} already`, {
        details: { state: entry.task.state },
      });
    entry.work.onCancel?.().catch(this.#onFailure);
    return stop(entry);
  }

  /** The task now and at every change until it ends. A slow reader gets the latest state, not every one. */
  async *watch(id: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Task> {
    const entry = this.#entry(id);
    for (;;) {
      const { task, changed } = entry;
      yield task;
      if (hasEnded(task.state) || entry.isLeft) return;
      await untilAborted(changed.promise, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (hasEnded(entry.task.state)) continue;
      if (entry.work.survives) leave(entry);
      else stop(entry);
    }
    await this.#running;
  }

  async #run(entry: Entry): Promise<void> {
    const { work, controller } = entry;
    try {
      if (entry.task.state !== "queued" || entry.isLeft) return;
      update(entry, { state: "running" });
      const report = await work.run({
        signal: controller.signal,
        onProgress: (progress) => update(entry, { progress }),
      });
      update(entry, { state: controller.signal.aborted ? "cancelled" : "done", ...(report && { report }) });
    } catch (error) {
      if (entry.isLeft) return;
      if (controller.signal.aborted) update(entry, { state: "cancelled" });
      else this.#fail(entry, error);
    } finally {
      await work.release?.().catch(this.#onFailure);
      this.#forgetOldest();
    }
  }

  #fail(entry: Entry, error: unknown): void {
    const { id } = entry.task;
    update(entry, { state: "failed", problem: toProblem(error, { requestId: id, instance: `/v1/tasks/${id}` }) });
    this.#onFailure(error);
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new ServerError("task_not_found", "There is no task with this id", {
      hint: "Tasks are forgotten when the server stops, and the oldest when there are many; GET /v1/tasks lists them.",
    });
  }

  #forgetOldest(): void {
    const ended = [...this.#entries.values()].filter(({ task }) => hasEnded(task.state));
    for (const { task } of ended.slice(0, Math.max(0, ended.length - MAX_ENDED))) this.#entries.delete(task.id);
  }
}

function hasEnded(state: TaskState): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

function stop(entry: Entry): Task {
  entry.controller.abort();
  if (entry.task.state === "queued") update(entry, { state: "cancelled" });
  return entry.task;
}

function leave(entry: Entry): void {
  entry.isLeft = true;
  entry.controller.abort();
  update(entry, { state: "queued" });
}

function newEntry(work: TaskWork, id: string): Entry {
  const now = new Date().toISOString();
  const { kind = "ingest", collection, name } = work;
  const progress: IngestProgress = {
    phase: "reading",
    documents: 0,
    bytesRead: 0,
    bytesTotal: 0,
    passages: 0,
    unchanged: 0,
    failed: 0,
    elapsedMs: 0,
  };
  return {
    task: {
      id,
      kind,
      collection,
      name,
      state: "queued",
      progress,
      created_at: now,
      updated_at: now,
    },
    work,
    controller: new AbortController(),
    isLeft: false,
    changed: Promise.withResolvers<void>(),
  };
}

function update(entry: Entry, change: Partial<Task>): void {
  entry.task = { ...entry.task, ...change, updated_at: new Date().toISOString() };
  entry.changed.resolve();
  entry.changed = Promise.withResolvers<void>();
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
