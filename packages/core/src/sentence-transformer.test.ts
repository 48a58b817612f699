import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  floats,
  maxDifference,
  readMinilmGolden,
  readTinyBertGolden,
  tinyBertFolder,
} from "../../../testing/golden/golden.ts";
import type { GoldenText } from "../../../testing/golden/golden.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";

let minilm: SentenceTransformer;
let tiny: SentenceTransformer;
let golden: readonly GoldenText[];

beforeAll(async () => {
  [minilm, tiny] = await Promise.all([SentenceTransformer.load(), SentenceTransformer.load(tinyBertFolder)]);
  golden = (await readMinilmGolden()).texts;
});
afterAll(() => Promise.all([minilm[Symbol.asyncDispose](), tiny[Symbol.asyncDispose]()]));

const textsOf = (entries: readonly { readonly text: string }[]): string[] => entries.map(({ text }) => text);

describe("against sentence-transformers on the same weights", () => {
  test("all-MiniLM-L6-v2: token ids are equal", async () => {
    const tokenized = await minilm.tokenizer.encode(textsOf(golden), { maxLength: minilm.maxSeqLength });
    expect(tokenized.map(({ ids }) => [...ids])).toEqual(golden.map(({ ids }) => ids));
  });

  test("all-MiniLM-L6-v2: vectors differ by at most 1e-5", async () => {
    const vectors = await minilm.encode(textsOf(golden));
    const differences = vectors.map((vector, index) => maxDifference(vector, floats(golden[index]?.vector ?? "")));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-5);
    expect(differences).toHaveLength(golden.length);
  });

  test("a BERT of odd sizes with cls pooling, without normalization, and behind a name prefix", async () => {
    const { texts, queries } = await readTinyBertGolden();
    const documents = await tiny.encodeDocument(textsOf(texts));
    const asked = await tiny.encodeQuery(textsOf(queries));
    for (const [index, { vector }] of texts.entries()) {
      expect(maxDifference(documents[index] ?? new Float32Array(), floats(vector))).toBeLessThanOrEqual(1e-5);
    }
    for (const [index, { vector }] of queries.entries()) {
      expect(maxDifference(asked[index] ?? new Float32Array(), floats(vector))).toBeLessThanOrEqual(1e-5);
    }
    expect(asked[2]).not.toEqual(documents[2]); // the query prompt was there
  });
});

test("a text's vector does not depend on its neighbours or its place", async () => {
  const texts = textsOf(golden);
  const together = await minilm.encode(texts);
  const reversed = (await minilm.encode(texts.toReversed())).toReversed();
  for (const [index, text] of texts.entries()) {
    const vector = together[index] ?? new Float32Array();
    expect(maxDifference(vector, await minilm.encode(text))).toBeLessThanOrEqual(1e-6);
    expect(maxDifference(vector, reversed[index] ?? new Float32Array())).toBeLessThanOrEqual(1e-6);
  }
});

describe("what it says about itself", () => {
  test("identity, sizes and limits", () => {
    expect(minilm.model).toMatch(/^sentence-transformers\/all-MiniLM-L6-v2@[0-9a-f]{12}:mean:normalized:256$/u);
    expect(minilm).toMatchObject({ dimension: 384, maxSeqLength: 256, maxTokens: 254 });
    expect(tiny.model).toMatch(/^tiny-bert@[0-9a-f]{12}:cls:40$/u);
    expect(tiny).toMatchObject({ dimension: 48, maxSeqLength: 40, maxTokens: 38 });
  });

  test("another maximum length is another model", async () => {
    await using shorter = await SentenceTransformer.load(tinyBertFolder, { maxSeqLength: 8 });
    expect(shorter.model).not.toBe(tiny.model);
    const text = "the cat sat on the mat and the dog sat on the cat";
    expect(maxDifference(await shorter.encode(text), await tiny.encode(text))).toBeGreaterThan(1e-3);
  });

  test.each([0, 2, 45, 1.5, Number.NaN])("a maximum length of %d is refused", async (maxSeqLength) => {
    await expect(SentenceTransformer.load(tinyBertFolder, { maxSeqLength })).rejects.toMatchObject({
      code: "input_invalid",
    });
  });
});

describe("encode", () => {
  test("no texts, no vectors", async () => {
    expect(await minilm.encode([])).toEqual([]);
  });

  test("one buffer holds the rows of a call", async () => {
    const [first, second] = await minilm.encode(["one", "two words"]);
    expect(first?.buffer).toBe(second?.buffer);
    expect(second?.byteOffset).toBe(384 * 4);
  });

  test("a text of which nothing is left has a vector of length 1", async () => {
    const vectors = await minilm.encode(["", " ", "\u0000\ufffd", "\ud800"]);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
  });

  test("a text of a megabyte is cut off, and said to be", async () => {
    const text = "metformin lowers glucose. ".repeat(40_000);
    const reports: (readonly number[])[] = [];
    const [vector] = await minilm.encode([text, "short"], { onProgress: ({ truncated }) => reports.push(truncated) });
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5);
    expect(reports.at(-1)).toEqual([0]);
  });

  test("progress ends with everything done", async () => {
    const reports: number[] = [];
    await minilm.encode(textsOf(golden), { onProgress: ({ done }) => reports.push(done) });
    expect(reports.at(-1)).toBe(golden.length);
    expect(reports).toEqual(reports.toSorted((a, b) => a - b));
  });

  test("normalizes on request where the model does not", async () => {
    const [raw, scaled] = [await tiny.encode("the cat"), await tiny.encode("the cat", { normalize: true })];
    expect(Math.hypot(...raw)).not.toBeCloseTo(1, 2);
    expect(Math.hypot(...scaled)).toBeCloseTo(1, 5);
    expect(tiny.similarity([raw], [scaled])[0]?.[0]).toBeCloseTo(1, 5);
  });

  test("a prompt stands before the text", async () => {
    expect(await tiny.encode("cat", { prompt: "the " })).toEqual(await tiny.encode("the cat"));
    expect(await tiny.encodeQuery("cat", { prompt: "" })).toEqual(await tiny.encode("cat"));
    await expect(tiny.encode("cat", { promptName: "toString" })).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("anything but strings is refused by its index", async () => {
    const texts = ["fine", 7] as unknown as string[];
    await expect(minilm.encode(texts)).rejects.toMatchObject({ code: "input_invalid", details: { index: 1 } });
  });

  test("calls on two models run side by side", async () => {
    const [left, right] = await Promise.all([minilm.encode(textsOf(golden)), tiny.encode(textsOf(golden))]);
    expect(left.map(({ length }) => length)).toEqual(golden.map(() => 384));
    expect(right.map(({ length }) => length)).toEqual(golden.map(() => 48));
  });

  test("the event loop turns while a text is computed", async () => {
    let turns = 0;
    let done = false;
    const turn = (): void => {
      turns++;
      if (!done) setImmediate(turn);
    };
    turn();
    await minilm.encode("word ".repeat(300));
    done = true;
    expect(turns).toBeGreaterThan(20);
  });
});

describe("what a database asks of a model", () => {
  test("documents, a query and token counts", async () => {
    const [document] = await minilm.encodeDocument(["Metformin lowers glucose."]);
    const query = await minilm.encodeQuery("Which drug lowers glucose?");
    expect(minilm.similarity([query], [document ?? query])[0]?.[0]).toBeGreaterThan(0.5);
    expect(await minilm.countTokens(["", "two words", "word ".repeat(1000)])).toEqual([0, 2, 1000]);
  });
});

describe("abort and disposal", () => {
  test("an aborted signal stops a call before it starts", async () => {
    const reason = new Error("changed my mind");
    await expect(minilm.encode(["text"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(minilm.encode([], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(SentenceTransformer.load(undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test("an abort on the way stops the rest", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let done = 0;
    const texts = Array.from({ length: 3000 }, (_, index) => `text number ${index} ${"word ".repeat(index % 40)}`);
    const call = minilm.encode(texts, {
      signal: controller.signal,
      onProgress: (progress) => {
        done = progress.done;
        controller.abort(reason);
      },
    });
    await expect(call).rejects.toBe(reason);
    const doneAtAbort = done;
    await minilm.encode("the model still works");
    expect(done).toBe(doneAtAbort);
    expect(done).toBeLessThan(texts.length);
  });

  test("disposing a busy model rejects what waits; disposing again does nothing", async () => {
    const model = await SentenceTransformer.load(undefined, { workers: 1 });
    const call = model.encode(Array.from({ length: 500 }, (_, index) => "word ".repeat(1 + (index % 50))));
    const outcomes = Promise.allSettled([call]);
    await model.encodeQuery("a query that is served meanwhile");
    await Promise.all([model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
    expect(await outcomes).toMatchObject([{ status: "rejected", reason: { code: "disposed" } }]);
    await expect(model.encode("too late")).rejects.toMatchObject({ code: "disposed" });
  });

  test.each([
    ["disposes its model", "await model[Symbol.asyncDispose]();"],
    ["forgets to", ""],
  ])("a script that %s ends by itself", async (_, last) => {
    const script = `
      import { SentenceTransformer } from "${new URL("index.ts", import.meta.url).href}";
      const model = await SentenceTransformer.load();
      console.log((await model.encode(["one", "two words", "and three words"])).length);
      ${last}`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect({ stdout, stderr }).toEqual({ stdout: "3\n", stderr: "" });
  });
});
