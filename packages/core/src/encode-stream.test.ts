import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import type { StreamOptions, StreamProgress, TextStream } from "./encode-stream.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

let model: SentenceTransformer;
beforeAll(async () => {
  model = await SentenceTransformer.load(tinyBertFolder);
});
afterAll(() => model[Symbol.asyncDispose]());

const textAt = (index: number): string => `the cat ${index} ${"sat on the mat ".repeat(index % 7)}`;
const textsUpTo = (count: number): string[] => Array.from({ length: count }, (_, index) => textAt(index));
const invalid = { name: "ModelError", code: "input_invalid" };
const reason = new Error("enough");

/** Counts what is taken of it, and whether it was closed. */
class Producer implements AsyncIterable<string> {
  readonly #count: number;
  readonly #text: (index: number) => string;
  given = 0;
  closed = 0;

  constructor(count: number, text = textAt) {
    this.#count = count;
    this.#text = text;
  }

  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return {
      next: async () =>
        this.given < this.#count ? { done: false, value: this.#text(this.given++) } : { done: true, value: undefined },
      return: async () => {
        this.closed++;
        return { done: true, value: undefined };
      },
    };
  }
}

async function* later(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

describe("the vectors of a stream are those of encode, in order", () => {
  const texts = textsUpTo(5000); // more than two windows
  test.each<[string, TextStream]>([
    ["an array", texts],
    ["a set", new Set(texts)],
    ["a generator", texts.values()],
    ["an async generator", later(texts)],
    ["a web stream", ReadableStream.from(texts) as AsyncIterable<string>],
  ])("%s", async (_, stream) => {
    expect(await Array.fromAsync(model.encodeStream(stream))).toEqual(await model.encode(texts));
  });

  test.each<StreamOptions>([
    { kind: "query" },
    { kind: "document", normalize: true, truncateDim: 20 },
    { prompt: "the " },
    { precision: "ubinary" },
    { precision: "int8", ranges: { min: new Float32Array(48).fill(-2), max: new Float32Array(48).fill(2) } },
    { precision: "uint8", calibrationEmbeddings: [new Float32Array(48).fill(-2), new Float32Array(48).fill(2)] },
    { outputValue: "token_embeddings" },
  ])("with %j", async ({ kind = "text", ...options }) => {
    const method = ({ text: "encode", query: "encodeQuery", document: "encodeDocument" } as const)[kind];
    const few = texts.slice(0, 50);
    expect(await Array.fromAsync(model.encodeStream(few, { ...options, kind }))).toEqual(
      await model[method](few, options),
    );
  });

  test("no texts, no vectors", async () => {
    expect(await Array.fromAsync(model.encodeStream([]))).toEqual([]);
    expect(await Array.fromAsync(model.encodeStream(later([])))).toEqual([]);
  });

  test("10 MB among short ones, and texts of which nothing is left", async () => {
    const mixed = ["the cat", "", "the cat sat ".repeat(900_000), "\0\ufffd", "a dog"];
    const vectors = await Array.fromAsync(model.encodeStream(mixed));
    expect(vectors).toEqual(await model.encode(mixed));
    expect(vectors.flatMap((vector) => [...vector]).every(Number.isFinite)).toBe(true);
  });
});

test("progress adds up, and tells each cut text once by its place", async () => {
  const long = new Set([0, 2047, 2048, 4999]);
  const texts = textsUpTo(5000).map((text, index) => (long.has(index) ? "cat ".repeat(60) : text.slice(0, 20)));
  const reports: StreamProgress[] = [];
  let taken = 0;
  for await (const _ of model.encodeStream(texts, { onProgress: (progress) => reports.push(progress) })) taken++;
  expect(taken).toBe(5000);
  expect(reports.at(-1)?.done).toBe(5000);
  for (const [index, { done, tokens }] of reports.slice(1).entries()) {
    expect(done).toBeGreaterThan(reports[index]?.done ?? 0);
    expect(tokens).toBeGreaterThan(reports[index]?.tokens ?? 0);
  }
  expect(reports.flatMap(({ truncated }) => truncated).toSorted((a, b) => a - b)).toEqual([...long]);
});

describe("a bounded part of the stream is in memory", () => {
  test("a consumer that stops taking stops the producer", async () => {
    const producer = new Producer(100_000);
    const vectors = model.encodeStream(producer);
    await vectors.next();
    const settled = async (): Promise<number> => {
      for (let before = -1; before !== producer.given;) {
        before = producer.given;
        await model.encode(textsUpTo(2048)); // as long as a window takes
      }
      return producer.given;
    };
    const ahead = await settled();
    expect(ahead).toBeLessThanOrEqual(4 * 2048 + 1);
    for (let taken = 1; taken < 2048; taken++) await vectors.next();
    expect(producer.given).toBeLessThanOrEqual(ahead); // the window that was taken is now done with
    await vectors.next();
    expect(await settled()).toBeLessThanOrEqual(ahead + 2048);
    await vectors.return();
    expect(producer.closed).toBe(1);
  });

  test("100,000 texts stream through", async () => {
    const producer = new Producer(100_000, (index) => `cat ${index}`);
    let [taken, ahead, atFirst] = [0, 0, 0];
    for await (const vector of model.encodeStream(producer)) {
      taken += vector.length === 48 ? 1 : 0;
      ahead = Math.max(ahead, producer.given - taken);
      if (taken === 20_000) atFirst = process.memoryUsage.rss();
    }
    expect(taken).toBe(100_000);
    expect(ahead).toBeLessThanOrEqual(4 * 2048 + 1);
    expect((process.memoryUsage.rss() - atFirst) / 2 ** 20).toBeLessThan(100);
  }, 60_000);

  test("one that waits for a vector before it gives the next text is served", async () => {
    const turns = Promise.withResolvers<void>();
    async function* hesitant(): AsyncGenerator<string> {
      yield "the cat";
      await turns.promise;
      yield "a dog";
    }
    const vectors = model.encodeStream(hesitant());
    expect((await vectors.next()).value).toEqual(await model.encode("the cat"));
    turns.resolve();
    expect((await vectors.next()).value).toEqual(await model.encode("a dog"));
    expect(await vectors.next()).toEqual({ done: true, value: undefined });
  });
});

describe("what ends a stream early", () => {
  test("a producer that throws: its error comes behind the windows before", async () => {
    const failure = new Error("the disk is gone");
    function* broken(): Generator<string> {
      for (let index = 0; index < 5000; index++) yield textAt(index);
      throw failure;
    }
    let taken = 0;
    const consume = async (): Promise<void> => {
      for await (const _ of model.encodeStream(broken())) taken++;
    };
    await expect(consume()).rejects.toBe(failure);
    expect(taken).toBe(4096);
    expect(await model.encode("the cat")).toHaveLength(48);
  });

  test("a consumer that leaves closes the producer, and the workers are free", async () => {
    const producer = new Producer(100_000);
    for await (const _ of model.encodeStream(producer)) break;
    expect(producer.closed).toBe(1);
    expect(producer.given).toBeLessThanOrEqual(4 * 2048 + 1);
    expect(await model.encode("the cat")).toHaveLength(48);
  });

  test("one that leaves before the first vector reads nothing", async () => {
    const producer = new Producer(10);
    await model.encodeStream(producer).return();
    expect(producer.given).toBe(0);
  });

  test("an error of its own, also of a callback", async () => {
    const failure = new Error("no more room for progress");
    const producer = new Producer(10_000);
    const call = Array.fromAsync(
      model.encodeStream(producer, {
        onProgress: () => {
          throw failure;
        },
      }),
    );
    await expect(call).rejects.toBe(failure);
    expect(producer.closed).toBe(1);
    expect(producer.given).toBeLessThan(10_000);
  });

  test("a model that is disposed", async () => {
    const gone = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
    const producer = new Producer(100_000);
    const vectors = gone.encodeStream(producer);
    await vectors.next();
    await gone[Symbol.asyncDispose]();
    await expect(Array.fromAsync(vectors)).rejects.toMatchObject({ code: "disposed" });
    expect(producer.closed).toBe(1);
  });

  describe("an abort", () => {
    test("before: nothing is read", async () => {
      const producer = new Producer(10);
      const vectors = model.encodeStream(producer, { signal: AbortSignal.abort(reason) });
      await expect(vectors.next()).rejects.toBe(reason);
      expect(producer.given).toBe(0);
    });

    test("during: no further vector, not even of a window that is there", async () => {
      const controller = new AbortController();
      const producer = new Producer(100_000);
      const vectors = model.encodeStream(producer, { signal: controller.signal });
      await vectors.next();
      controller.abort(reason);
      await expect(vectors.next()).rejects.toBe(reason);
      expect(await vectors.next()).toEqual({ done: true, value: undefined });
      expect(producer.closed).toBe(1);
    });

    test("while the producer never answers", async () => {
      const controller = new AbortController();
      const silent: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
      const call = model.encodeStream(silent, { signal: controller.signal }).next();
      setImmediate(() => controller.abort(reason));
      await expect(call).rejects.toBe(reason);
    });

    test("after: nothing happens", async () => {
      const controller = new AbortController();
      const vectors = await Array.fromAsync(model.encodeStream(["the cat"], { signal: controller.signal }));
      controller.abort(reason);
      expect(vectors).toHaveLength(1);
    });
  });
});

describe("what makes no sense is refused when the first vector is asked for", () => {
  test.each<[string, unknown, unknown]>([
    ["a string, which would be its characters", "the cat", {}],
    ["nothing", undefined, {}],
    ["a number", 7, {}],
    ["an object", { length: 1, 0: "text" }, {}],
    ["a number among texts", ["the cat", 7], {}],
    ["a promise among texts", [Promise.resolve("the cat")], {}],
    ["steps without ranges", ["the cat"], { precision: "int8" }],
    ["an unknown precision", ["the cat"], { precision: "int4" }],
    ["an unknown output", ["the cat"], { outputValue: "toString" }],
    ["an unknown kind", ["the cat"], { kind: "passage" }],
    ["an unknown prompt", ["the cat"], { promptName: "summary" }],
    ["components that there are not", ["the cat"], { truncateDim: 49 }],
  ])("%s", async (_, texts, options) => {
    const vectors = model.encodeStream(texts as string[], options as StreamOptions);
    await expect(vectors.next()).rejects.toMatchObject(invalid);
  });
});
