import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { goldenFolder } from "../../../../testing/golden/folders.ts";
import { readGoldenModels, tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { openModel } from "../model-folder/sources.ts";
import { buildOnnxModel, emitOnnxModel, withWeightBytes } from "../onnx-model.ts";
import type { OnnxModelOptions } from "../onnx-model.ts";
import { openSession } from "../tensors/session.ts";
import { openCheckpoint } from "../weights/weights.ts";
import { writeOnnxModel } from "../write-onnx-model.ts";

const models = await readGoldenModels();
const [minilm] = models;

test("on all-MiniLM-L6-v2 the vectors are those of fp32, nearly", async () => {
  const cosines = await compareWithFp32(undefined, minilm?.golden.texts.map(({ ids }) => ids) ?? []);
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
  expect(mean).toBeGreaterThanOrEqual(0.998);
  expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.995);
});

// Random weights have no structure that training gives, so this tells a wrong graph from a right one and no more.
describe("every architecture computes in int8 what it computes in fp32", () => {
  test.each(models.map((model) => [model.name, model] as const))("%s", async (_, { folder, golden }) => {
    const cosines = await compareWithFp32(
      folder,
      golden.texts.map(({ ids }) => ids),
    );
    expect(Math.min(...cosines)).toBeGreaterThan(0.98);
  });
});

describe("calibration leaves no node behind", () => {
  test.each(models.map(({ name, folder }) => [name, folder] as const))("%s", async (_, folder) => {
    await using directory = await temporaryDirectory();
    const optimized = join(directory.path, "optimized.onnx");
    const { bytes, weightsFolder } = await emit(folder, { precision: "int8", attentionMask: false });
    const session = await InferenceSession.create(bytes, {
      graphOptimizationLevel: "basic",
      optimizedModelFilePath: optimized,
      logSeverityLevel: 4,
      extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
    });
    await session.release();
    const operators = await readOperators(optimized);
    expect(operators).toContain("MatMulIntegerToFloat");
    expect(operators).not.toContain("Softmax"); // of the attention that calibration is made of
    expect(operators).not.toContain("ReduceMin"); // of a weight's or an input's columns
  });
});

test("layers that share their weights are quantized once", async () => {
  const folder = models.find(({ name }) => name === "albert")?.folder;
  const { bytes } = await emit(folder, { precision: "int8", attentionMask: false });
  const operators = [
    ...Buffer.from(bytes)
      .toString("latin1")
      .matchAll(/(?<operator>[A-Z][A-Za-z]+):/gu),
  ].map(({ groups }) => groups?.["operator"]);
  // Two groups of two layers, of which each smooths two inputs, and the projection of the embeddings.
  expect(operators.filter((operator) => operator === "Clip")).toHaveLength(2 * 2 * 2 + 1);
});

test("a written model computes the same in a session with onnxruntime's own options", async () => {
  await using directory = await temporaryDirectory();
  const { file } = await writeOnnxModel(tinyBertFolder, join(directory.path, "model.onnx"), { precision: "int8" });
  const { bytes, weightsFolder } = await buildOnnxModel(tinyBertFolder, { precision: "int8", inputType: "int64" });
  const ids = new Tensor("int64", BigInt64Array.of(2n, 7n, 11n, 5n, 3n, 3n, 9n, 3n), [2, 4]);
  const feeds = { input_ids: ids, attention_mask: new Tensor("int64", new BigInt64Array(8).fill(1n), [2, 4]) };
  const vectors = async (session: InferenceSession): Promise<Float32Array> => {
    const { sentence_embedding: output } = await session.run(feeds);
    await session.release();
    return output?.data as Float32Array;
  };
  const written = await vectors(await InferenceSession.create(file));
  const built = await vectors(
    await InferenceSession.create(bytes, {
      extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
    }),
  );
  expect(written).toEqual(built);
});

test("what is no precision, or cannot have one, is refused", async () => {
  const unknown = { precision: "int4" as "int8" };
  await expect(buildOnnxModel(tinyBertFolder, unknown)).rejects.toMatchObject({ code: "input_invalid" });
  const exported = goldenFolder("onnx-one-file");
  await expect(emit(exported, { precision: "int8" })).rejects.toMatchObject({ code: "precision_unsupported" });
});

async function emit(folder: string | undefined, options: OnnxModelOptions) {
  const model = await openModel(folder);
  return emitOnnxModel(model, await openCheckpoint(model.weightFiles), await withWeightBytes(options));
}

/** The cosine of each text's two vectors. */
async function compareWithFp32(folder: string | undefined, texts: readonly (readonly number[])[]): Promise<number[]> {
  const [fp32, int8] = await Promise.all([vectorsOf(folder, texts, "fp32"), vectorsOf(folder, texts, "int8")]);
  return fp32.map((vector, index) => cosine(vector, int8[index] ?? new Float32Array(vector.length)));
}

async function vectorsOf(
  folder: string | undefined,
  texts: readonly (readonly number[])[],
  precision: "fp32" | "int8",
): Promise<Float32Array[]> {
  const model = await emit(folder, { precision, attentionMask: false });
  const session = await openSession({ model: model.bytes, weightsFolder: model.weightsFolder, threads: 1 });
  const vectors: Float32Array[] = [];
  for (const ids of texts) {
    const { data } = await session.run({ input_ids: { data: Int32Array.from(ids), dims: [1, ids.length] } });
    vectors.push(data);
  }
  await session.release();
  return vectors;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, component, index) => sum + component * (b[index] ?? 0), 0);
}

/** The names of a model's nodes begin with their operators. */
async function readOperators(file: string): Promise<string[]> {
  const text = await readFile(file, "latin1");
  return [
    ...new Set(
      [...text.matchAll(/(?<operator>[A-Z][A-Za-z]+):[A-Za-z0-9]+_\d+/gu)].map(
        ({ groups }) => groups?.["operator"] ?? "",
      ),
    ),
  ];
}
