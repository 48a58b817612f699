import type { IngestReport } from "@galen/rag";
import { describe, expect, it } from "vitest";
import type { Task } from "../schemas/task.ts";
import { TaskQueue, type TaskWork } from "./task-queue.ts";

const report: IngestReport = {
  files: 1,
  skipped_files: 0,
  documents: 1,
  added: 1,
  changed: 0,
  unchanged: 0,
  removed: 0,
  duplicates: 0,
  passages: 1,
  failed: [],
  failed_total: 0,
  aborted: false,
  seconds: 1,
  docs_per_second: 1,
};

function work(run: TaskWork["run"] = async () => report, release?: () => Promise<void>): TaskWork {
  return release === undefined
    ? { collection: "notes", name: "a.txt", run }
    : { collection: "notes", name: "a.txt", run, release };
}

async function statesOf(queue: TaskQueue, id: string): Promise<Task["state"][]> {
  const states: Task["state"][] = [];
  for await (const task of queue.watch(id)) if (states.at(-1) !== task.state) states.push(task.state);
  return states;
}

describe("a queue", () => {
  it("runs one task at a time, in order", async () => {
    await using queue = new TaskQueue();
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const first = queue.add(
      work(async () => (order.push("first"), await gate.promise, order.push("first done"), report)),
    );
    const second = queue.add(work(async () => (order.push("second"), report)));
    expect([first.state, second.state]).toEqual(["queued", "queued"]);
    gate.resolve();
    expect(await statesOf(queue, second.id)).toContain("done");
    expect(order).toEqual(["first", "first done", "second"]);
    expect(queue.list().map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it("always shows the end, also to a reader who is slow", async () => {
    await using queue = new TaskQueue();
    const { id } = queue.add(
      work(async ({ onProgress }) => {
        for (let documents = 1; documents <= 50; documents++)
          onProgress({
            phase: "indexing",
            documents,
            bytesRead: 0,
            bytesTotal: 0,
            passages: 0,
            unchanged: 0,
            failed: 0,
            elapsedMs: 0,
          });
        return report;
      }),
    );
    const seen: Task[] = [];
    for await (const task of queue.watch(id)) {
      seen.push(task);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(seen.at(-1)).toMatchObject({ state: "done", progress: { documents: 50 }, report });
  });

  it("keeps why a task failed, without what is not to be told", async () => {
    const failures: unknown[] = [];
    await using queue = new TaskQueue({ onFailure: (error) => failures.push(error) });
    const { id } = queue.add(work(async () => Promise.reject(new Error("canary"))));
    expect(await statesOf(queue, id)).toContain("failed");
    expect(queue.get(id).problem).toMatchObject({ code: "internal_error", status: 500 });
    expect(JSON.stringify(queue.get(id))).not.toContain("canary");
    expect(failures).toHaveLength(1);
  });

  it("cancels waiting and running tasks, and releases what they hold", async () => {
    const released: string[] = [];
    await using queue = new TaskQueue();
    const running = queue.add(
      work(
        ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        async () => void released.push("running"),
      ),
    );
    const waiting = queue.add(work(undefined, async () => void released.push("waiting")));
    expect(queue.cancel(waiting.id).state).toBe("cancelled");
    for await (const task of queue.watch(running.id)) if (task.state === "running") queue.cancel(running.id);
    expect(queue.get(running.id).state).toBe("cancelled");
    expect(() => queue.cancel(running.id)).toThrow(expect.objectContaining({ code: "task_finished" }));
    await queue[Symbol.asyncDispose]();
    expect(released.toSorted()).toEqual(["running", "waiting"]);
  });

  it("refuses more than it can hold, and forgets the oldest", async () => {
    await using queue = new TaskQueue();
    const gate = Promise.withResolvers<void>();
    const added = Array.from({ length: 100 }, () => queue.add(work(async () => (await gate.promise, report))));
    expect(() => queue.add(work())).toThrow(expect.objectContaining({ code: "task_queue_full" }));
    gate.resolve();
    for (const { id } of added) await statesOf(queue, id);
    for (let more = 0; more < 150; more++) await statesOf(queue, queue.add(work()).id);
    expect(queue.list().length).toBeLessThanOrEqual(201);
    expect(() => queue.get(added[0]?.id ?? "")).toThrow(expect.objectContaining({ code: "task_not_found" }));
  });

  it("lets a watcher go when its signal says so", async () => {
    await using queue = new TaskQueue();
    const gate = Promise.withResolvers<void>();
    const { id } = queue.add(work(async () => (await gate.promise, report)));
    const controller = new AbortController();
    const watching = (async () => {
      for await (const task of queue.watch(id, { signal: controller.signal }))
        if (task.state === "running") controller.abort(new Error("gone"));
    })();
    await expect(watching).rejects.toThrow("gone");
    gate.resolve();
  });
});
