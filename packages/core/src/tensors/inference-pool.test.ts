import { beforeAll, describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { buildOnnxModel } from "../onnx-model.ts";
import { InferencePool, QUERY_RESERVE_MS } from "./inference-pool.ts";
import { workerEntry } from "./inference-worker-handle.ts";
import type { Feeds, WorkerSetup } from "./inference-message.ts";
import type { Priority } from "./job-queue.ts";

let setup: WorkerSetup;

beforeAll(async () => {
  const { bytes, weightsFolder } = await buildOnnxModel(tinyBertFolder, { attentionMask: false });
  setup = { model: bytes, weightsFolder, threads: 1 };
});

const batch = (rows: number, firstId = 2): Feeds => ({
  input_ids: {
    data: Int32Array.from({ length: rows * 30 }, (_, index) => (index === 0 ? firstId : 5)),
    dims: [rows, 30],
  },
});
const DEADLY = 13;

// The real worker behind some code of its own.
function threadOf(code: string): URL {
  const module = `
    import { parentPort, workerData } from "node:worker_threads";
    ${code}
    await import(${JSON.stringify(workerEntry.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(module)}`);
}

// One that counts its starts in `workerData.starts`, and dies in the middle of some batches.
function mortalWorker({ dies, death }: { dies: string; death: string }): URL {
  return threadOf(`
    workerData.number = Atomics.add(workerData.starts, 0, 1);
    parentPort.on("message", ({ kind, feeds }) => {
      if (kind === "run" && (${dies})) { ${death} }
    });`);
}

test("computes batches side by side and gives each its own result", async () => {
  await using pool = await InferencePool.open(setup, { workers: 2 });
  const outputs = await Promise.all([1, 2, 3, 4, 5].map((rows) => pool.run(batch(rows))));
  expect(outputs.map(({ dims }) => dims)).toEqual([1, 2, 3, 4, 5].map((rows) => [rows, 48]));
});

test("single batches go to the worker that computed last", async () => {
  const batches = new Int32Array(new SharedArrayBuffer(12)); // two counts of batches, and the threads started
  const entry = threadOf(`
    const number = Atomics.add(workerData.batches, 2, 1);
    parentPort.on("message", ({ kind }) => kind === "run" && Atomics.add(workerData.batches, number, 1));`);
  await using pool = await InferencePool.open({ ...setup, batches } as WorkerSetup, { workers: 2, entry });
  for (let tries = 0; batches[1] === 0 && tries < 1000; tries++)
    await Promise.all([1, 2, 3, 4].map((rows) => pool.run(batch(rows)))); // until the second thread computes too
  const before = [...batches];
  for (let count = 0; count < 8; count++) await pool.run(batch(1));
  const taken = [...batches].map((count, index) => count - (before[index] ?? 0));
  expect(taken.toSorted((a, b) => a - b)).toEqual([0, 0, 8]);
});

test("a query overtakes the documents that wait", async () => {
  await using pool = await InferencePool.open(setup, { workers: 1 });
  const order: string[] = [];
  const note = (name: string) => (): void => void order.push(name);
  const documents = ["d1", "d2", "d3"].map((name) => pool.run(batch(4)).then(note(name)));
  const query = pool.run(batch(1), { priority: "query" }).then(note("query"));
  await Promise.all([...documents, query]);
  expect(order).toEqual(["d1", "query", "d2", "d3"]);
});

test("while queries come, a query does not wait for a document; when they have ceased, documents have all workers", async () => {
  const batches = new Int32Array(new SharedArrayBuffer(12)); // two counts of batches, and the threads started
  const entry = threadOf(`
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const number = Atomics.add(workerData.batches, 2, 1);
    parentPort.on("message", ({ kind, feeds }) => {
      if (kind !== "run") return;
      Atomics.add(workerData.batches, number, 1);
      Atomics.wait(sleeper, 0, 0, { 1: 0, 2: 300, 3: 30 }[feeds.input_ids.dims[0]]);
    });`);
  await using pool = await InferencePool.open({ ...setup, batches } as WorkerSetup, { workers: 2, entry });
  const order: string[] = [];
  const run = async (name: string, rows: number, priority: Priority) => {
    await pool.run(batch(rows), { priority });
    order.push(name);
  };
  for (let tries = 0; batches[1] === 0 && tries < 1000; tries++)
    await Promise.all([1, 2].map(() => pool.run(batch(3)))); // until the second thread computes too
  await run("query", 1, "query");
  const documents = [run("slow", 2, "document"), run("fast", 3, "document")];
  await run("next query", 1, "query");
  await Promise.all(documents);
  expect(order).toEqual(["query", "next query", "slow", "fast"]);
  await new Promise((resolve) => setTimeout(resolve, QUERY_RESERVE_MS + 50));
  await Promise.all([run("slow", 2, "document"), run("fast", 3, "document")]);
  expect(order.slice(4)).toEqual(["fast", "slow"]);
});

test("documents that wait for no query get their worker back", async () => {
  await using pool = await InferencePool.open(setup, { workers: 2 });
  await pool.run(batch(1), { priority: "query" });
  const outputs = await Promise.all([1, 2, 3, 4].map((rows) => pool.run(batch(rows))));
  expect(outputs.map(({ dims }) => dims[0])).toEqual([1, 2, 3, 4]);
});

describe("abort", () => {
  test("drops what waits, and forgets what runs", async () => {
    await using pool = await InferencePool.open(setup, { workers: 1 });
    const controller = new AbortController();
    const [running, waiting] = [pool.run(batch(8), controller), pool.run(batch(8), controller)];
    const outcomes = Promise.allSettled([running, waiting]);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await outcomes).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    expect((await pool.run(batch(1))).dims).toEqual([1, 48]);
    await expect(pool.run(batch(1), controller)).rejects.toBe(reason);
  });
});

const deaths = [
  ["by an exception", "throw new Error('struck down');"],
  ["by leaving", "process.exit(3);"],
] as const;

describe("a worker that dies", () => {
  test.each(deaths)("%s of a batch is replaced once, and its batch then fails", async (_, death) => {
    const starts = new Int32Array(new SharedArrayBuffer(4));
    const entry = mortalWorker({ dies: `feeds.input_ids.data[0] === ${DEADLY}`, death });
    await using pool = await InferencePool.open({ ...setup, starts } as WorkerSetup, { workers: 1, entry });
    const fatal = pool.run(batch(1, DEADLY));
    const behind = pool.run(batch(2));
    await expect(fatal).rejects.toMatchObject({ name: "ModelError", code: "inference_failed" });
    expect((await behind).dims).toEqual([2, 48]);
    await expect(pool.run(batch(1, DEADLY))).rejects.toMatchObject({ code: "inference_failed" });
    expect((await pool.run(batch(3))).dims).toEqual([3, 48]);
    expect(starts[0]).toBe(5); // each of the two batches ended two workers
  });

  test.each(deaths)("%s for another reason costs no result", async (_, death) => {
    const starts = new Int32Array(new SharedArrayBuffer(4));
    const entry = mortalWorker({ dies: "workerData.number === 0", death });
    await using pool = await InferencePool.open({ ...setup, starts } as WorkerSetup, { workers: 1, entry });
    const outputs = await Promise.all([1, 2, 3].map((rows) => pool.run(batch(rows))));
    expect(outputs.map(({ dims }) => dims[0])).toEqual([1, 2, 3]);
    expect(starts[0]).toBe(2);
  });

  test("while it has nothing to do is replaced when there is", async () => {
    const starts = new Int32Array(new SharedArrayBuffer(8));
    const entry = threadOf(`
      const { starts } = workerData;
      if (Atomics.add(starts, 0, 1) === 0) {
        parentPort.on("message", () => setImmediate(() => { Atomics.store(starts, 1, 1); process.exit(0); }));
      }`);
    await using pool = await InferencePool.open({ ...setup, starts } as WorkerSetup, { workers: 1, entry });
    expect((await pool.run(batch(1))).dims).toEqual([1, 48]);
    expect((await pool.run(batch(2))).dims).toEqual([2, 48]);
    expect([...starts]).toEqual([2, 1]);
  });

  test("after an abort is not given the batch again", async () => {
    const starts = new Int32Array(new SharedArrayBuffer(4));
    const entry = mortalWorker({ dies: `feeds.input_ids.data[0] === ${DEADLY}`, death: "process.exit(3);" });
    await using pool = await InferencePool.open({ ...setup, starts } as WorkerSetup, { workers: 1, entry });
    const controller = new AbortController();
    const fatal = pool.run(batch(1, DEADLY), controller);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(fatal).rejects.toBe(reason);
    expect((await pool.run(batch(1))).dims).toEqual([1, 48]);
    expect(starts[0]).toBe(2);
  });

  test("while the pool is disposed leaves nothing that waits", async () => {
    const entry = mortalWorker({ dies: "true", death: "process.exit(3);" });
    const pool = await InferencePool.open({ ...setup, starts: new Int32Array(1) } as WorkerSetup, {
      workers: 1,
      entry,
    });
    const outcomes = Promise.allSettled([pool.run(batch(1)), pool.run(batch(1))]);
    await pool[Symbol.asyncDispose]();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

describe("a session that cannot be opened", () => {
  test.each([
    ["a graph that is none", (): WorkerSetup => ({ ...setup, model: new Uint8Array([1, 2, 3]) })],
    ["weights that are not there", (): WorkerSetup => ({ ...setup, weightsFolder: "/nowhere" })],
  ])("%s", async (_, broken) => {
    await expect(InferencePool.open(broken(), { workers: 1 })).rejects.toMatchObject({ code: "inference_failed" });
  });

  test("a further worker that cannot start fails a batch instead of leaving it", async () => {
    // Only the first thread starts. The others try again for as long as batches wait.
    const starts = new Int32Array(new SharedArrayBuffer(4));
    const entry = threadOf('if (Atomics.add(workerData.starts, 0, 1) > 0) throw new Error("no more threads");');
    await using pool = await InferencePool.open({ ...setup, starts } as WorkerSetup, { workers: 2, entry });
    const outcomes = await Promise.allSettled(Array.from({ length: 300 }, () => pool.run(batch(8))));
    const failed = outcomes.filter(({ status }) => status === "rejected");
    expect(failed.length).toBeGreaterThan(0);
    expect(failed[0]).toMatchObject({ reason: { code: "inference_failed" } });
    expect(outcomes.some(({ status }) => status === "fulfilled")).toBe(true);
  });
});

describe("disposal", () => {
  test("lets the running batch end, rejects what waits, and may be repeated", async () => {
    const pool = await InferencePool.open(setup, { workers: 1 });
    const outcomes = Promise.allSettled([pool.run(batch(8)), pool.run(batch(8))]);
    await Promise.all([pool[Symbol.asyncDispose](), pool[Symbol.asyncDispose]()]);
    expect(await outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "disposed" } },
    ]);
    await expect(pool.run(batch(1))).rejects.toMatchObject({ code: "disposed" });
    await pool[Symbol.asyncDispose]();
  });
});
