import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../testing/golden/golden.ts";
import { crossEncoderFolder } from "../../../testing/golden/outputs.ts";
import { AutoModel } from "./auto-model.ts";
import { AutoTokenizer } from "./auto-tokenizer.ts";
import { CrossEncoder } from "./cross-encoder.ts";
import { SentenceTransformer } from "./sentence-transformer.ts";
import { copyModel } from "./testing/damaged-model.ts";
import { watchWorkers } from "./testing/watch-workers.ts";

const workers = watchWorkers();

const crossBert = crossEncoderFolder("cross-bert");
const loaders = [
  ["SentenceTransformer", (options: object) => SentenceTransformer.load(tinyBertFolder, options)],
  ["AutoModel", (options: object) => AutoModel.fromPretrained(tinyBertFolder, options)],
  ["CrossEncoder", (options: object) => CrossEncoder.load(crossBert, options)],
] as const;

describe.each(loaders)("%s", (_, load) => {
  test("leaves no thread when it is disposed", async () => {
    const model = await load({ workers: 2 });
    expect(workers.alive.size).toBeGreaterThan(0);
    await Promise.all([model[Symbol.asyncDispose](), model[Symbol.asyncDispose]()]);
    expect(workers.alive.size).toBe(0);
  });

  test("an abort while the first worker starts ends the worker, and gives the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    process.once("worker", () => controller.abort(reason));
    await expect(load({ signal: controller.signal })).rejects.toBe(reason);
    expect([workers.started, workers.alive.size]).toEqual([1, 0]);
  });

  test("an abort at any moment of loading leaves nothing", async () => {
    const reason = new Error("changed my mind");
    for (let turns = 0; turns < 24; turns += 3) {
      const controller = new AbortController();
      const loading = load({ workers: 1, signal: controller.signal });
      const outcome = loading.then(
        (model) => model[Symbol.asyncDispose](), // loaded before the abort came
        (error: unknown) => error,
      );
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      controller.abort(reason);
      expect([undefined, reason]).toContain(await outcome);
      expect(workers.alive.size).toBe(0);
    }
  });

  test.each([{ workers: 0 }, { workers: -1 }, { workers: 1.5 }, { threads: 0 }, { threads: Number.NaN }])(
    "%j is refused",
    async (options) => {
      await expect(load(options)).rejects.toMatchObject({ name: "ModelError", code: "input_invalid" });
      expect(workers.started).toBe(0);
    },
  );
});

test("a session that cannot be opened fails the load and leaves no thread", async () => {
  await using model = await copyModel(
    fileURLToPath(new URL("../../../testing/golden/folders/onnx-one-file", import.meta.url)),
  );
  const file = join(model.path, "model.onnx");
  const content = (await readFile(file)).toString("latin1");
  expect(content).toContain("Gather");
  await writeFile(file, Buffer.from(content.replaceAll("Gather", "Gathar"), "latin1")); // no operator of that name
  await expect(SentenceTransformer.load(model.path)).rejects.toMatchObject({ code: "inference_failed" });
  expect([workers.started, workers.alive.size]).toEqual([1, 0]);
});

describe("precision", () => {
  test.each(loaders)("%s refuses one that there is not", async (_, load) => {
    await expect(load({ precision: "fp16" })).rejects.toMatchObject({ name: "ModelError", code: "input_invalid" });
    expect(workers.alive.size).toBe(0);
  });

  test("is a part of what a model is", async () => {
    const names: string[] = [];
    for (const precision of [undefined, "fp32", "int8"] as const) {
      await using model = await SentenceTransformer.load(tinyBertFolder, { precision, truncateDim: 20 });
      names.push(model.model);
    }
    const [usual = ""] = names;
    expect(names).toEqual([usual, usual, `${usual}:int8`]);
  });

  test("int8 is not for an encoder that somebody exported", async () => {
    const folder = fileURLToPath(new URL("../../../testing/golden/folders/onnx-one-file", import.meta.url));
    await expect(SentenceTransformer.load(folder, { precision: "int8" })).rejects.toMatchObject({
      code: "precision_unsupported",
      hint: expect.stringContaining("safetensors") as string,
    });
  });
});

describe("a tokenizer that knows more tokens than the word table has rows", () => {
  test("is refused, and leaves no thread", async () => {
    await using model = await copyModel(crossBert);
    await model.change("tokenizer.json", {
      added_tokens: [
        {
          id: 81,
          content: "[NEW]",
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
    });
    const refusal = {
      name: "ModelError",
      code: "model_invalid",
      message: expect.stringContaining("up to 81") as string,
      details: { vocabularySize: 82, rows: 81 },
    };
    await expect(CrossEncoder.load(model.path)).rejects.toMatchObject(refusal);
    await expect(SentenceTransformer.load(model.path)).rejects.toMatchObject(refusal);
    await expect(AutoModel.fromPretrained(model.path)).rejects.toMatchObject(refusal);
    await expect(AutoTokenizer.fromPretrained(model.path)).rejects.toMatchObject(refusal);
    expect(workers.alive.size).toBe(0);
  });
});

describe("weights that are not numbers", () => {
  test.each([Number.NaN, Infinity, 3e38])("%d: no vector is returned, and the error names the model", async (value) => {
    await using folder = await copyModel(tinyBertFolder);
    await folder.fillTensor("bert.encoder.layer.1.output.dense.weight", value);
    await using model = await SentenceTransformer.load(folder.path, { workers: 1 });
    const name = model.model.split("@")[0] ?? "";
    const refusal = {
      name: "ModelError",
      code: "inference_failed",
      message: expect.stringContaining(name) as string,
      details: { model: name, index: 0 },
    };
    await expect(model.encode("the cat")).rejects.toMatchObject(refusal);
    await expect(model.encode("the cat", { outputValue: "token_embeddings" })).rejects.toMatchObject(refusal);
    await expect(model.encode("the cat", { precision: "binary" })).rejects.toMatchObject(refusal);
  });

  test("nor a hidden state", async () => {
    await using folder = await copyModel(tinyBertFolder);
    await folder.fillTensor("bert.embeddings.LayerNorm.weight", Number.NaN);
    await using model = await AutoModel.fromPretrained(folder.path, { workers: 1 });
    const inputs = { inputIds: Int32Array.of(2, 3), attentionMask: Int32Array.of(1, 1), dims: [1, 2] } as const;
    await expect(model.forward(inputs)).rejects.toMatchObject({ code: "inference_failed" });
  });

  test("nor a score", async () => {
    await using folder = await copyModel(crossBert);
    await folder.fillTensor("classifier.bias", Number.NaN);
    await using model = await CrossEncoder.load(folder.path, { workers: 1 });
    await expect(model.predict([["a", "b"]])).rejects.toMatchObject({ code: "inference_failed" });
  });
});

test("a cross-encoder is no model of vectors, and says which class to take", async () => {
  await expect(SentenceTransformer.load(crossEncoderFolder("cross-roberta"))).rejects.toMatchObject({
    code: "architecture_unsupported",
    hint: "Load it with CrossEncoder.",
  });
  expect(workers.started).toBe(0);
});

test("the names of models stay: a data folder remembers them", async () => {
  await using minilm = await SentenceTransformer.load(undefined, { workers: 1 });
  await using tiny = await SentenceTransformer.load(tinyBertFolder, { workers: 1 });
  expect(minilm.model).toBe("sentence-transformers/all-MiniLM-L6-v2@7b92729d23de:mean:normalized:256");
  expect(tiny.model).toBe("tiny-bert@1efb1d9e6699:cls:40");
});
