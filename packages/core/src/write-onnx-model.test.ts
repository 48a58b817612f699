import { cp, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { goldenFolder, readFolderGolden } from "../../../testing/golden/folders.ts";
import { floats, maxDifference, tinyBertFolder } from "../../../testing/golden/golden.ts";
import { readOnnxSignature } from "./onnx-file/onnx-signature.ts";
import { readModelFolder } from "./model-folder/model-folder.ts";
import { Tokenizer } from "./tokens/tokenizer.ts";
import { openCheckpoint } from "./weights/weights.ts";
import { writeOnnxModel } from "./write-onnx-model.ts";

const dense = goldenFolder("dense-tanh-normalize");

/** Runs a file by its path alone on one text, as any program with onnxruntime would. */
async function embed(file: string, folder: string, text: string): Promise<Float32Array> {
  const tokenizer = await Tokenizer.fromJson(await readFile(join(folder, "tokenizer.json"), "utf8"));
  const [tokens] = await tokenizer.encode([text]);
  const ids = BigInt64Array.from(tokens?.ids ?? [], BigInt);
  const session = await InferenceSession.create(file, { logSeverityLevel: 4 });
  const outputs = await session.run({
    input_ids: new Tensor("int64", ids, [1, ids.length]),
    attention_mask: new Tensor(
      "int64",
      ids.map(() => 1n),
      [1, ids.length],
    ),
  });
  await session.release();
  return outputs["sentence_embedding"]?.data as Float32Array;
}

describe("a file that is moved to another machine", () => {
  test.each([
    ["with its weights inside", {}, 1],
    ["with its weights beside it", { externalData: true }, 2],
  ])("%s computes the vectors of sentence-transformers", async (_, options, files) => {
    await using folder = await temporaryDirectory();
    await using elsewhere = await temporaryDirectory();
    const written = await writeOnnxModel(dense, join(folder.path, "model.onnx"), options);
    expect(await readdir(folder.path)).toHaveLength(files);
    expect(written.bytes).toBe(await sizeOf(folder.path));
    await cp(folder.path, elsewhere.path, { recursive: true });

    const { texts, encode } = await readFolderGolden("dense-tanh-normalize");
    const size = encode.dims[1] ?? 0;
    for (const row of [1, 2, 4]) {
      const vector = await embed(join(elsewhere.path, "model.onnx"), dense, texts[row] ?? "");
      const expected = floats(encode.base64).slice(row * size, (row + 1) * size);
      expect(maxDifference(vector, expected)).toBeLessThanOrEqual(1e-5);
    }
  });

  test("of half-precision shards keeps the type of its weights", async () => {
    await using folder = await temporaryDirectory();
    const sharded = goldenFolder("bf16-sharded");
    const file = join(folder.path, "model.onnx");
    const { dataFile } = await writeOnnxModel(sharded, file, { externalData: true });
    const checkpoint = await openCheckpoint((await readModelFolder(sharded)).weightFiles);
    const stored = [...checkpoint.tensors.values()].reduce((sum, { length }) => sum + length, 0);
    expect((await stat(dataFile ?? "")).size).toBeLessThan(stored + 64 * checkpoint.tensors.size);
    const { texts, encode } = await readFolderGolden("bf16-sharded");
    const vector = await embed(file, sharded, texts[2] ?? "");
    expect(maxDifference(vector, floats(encode.base64).slice(32, 48))).toBeLessThanOrEqual(1e-5);
  });
});

test("the inputs and outputs are those asked for", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "model.onnx");
  await writeOnnxModel(tinyBertFolder, file, {
    outputs: ["last_hidden_state", "sentence_embedding"],
    inputType: "int32",
    tokenTypeIds: true,
    poolingMask: true,
  });
  expect(await readOnnxSignature(file)).toEqual({
    inputs: ["input_ids", "attention_mask", "token_type_ids", "pooling_mask"].map((name) => ({
      name,
      elementType: 6,
      dims: [undefined, undefined],
    })),
    outputs: [
      { name: "last_hidden_state", elementType: 1, dims: [undefined, undefined, 48] },
      { name: "sentence_embedding", elementType: 1, dims: [undefined, 48] },
    ],
    dataFiles: [],
  });
});

describe("a file that is there already", () => {
  test("is replaced, and takes no weights of the old one", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "model.onnx");
    const old = await writeOnnxModel(tinyBertFolder, file, { externalData: true });
    const written = await writeOnnxModel(dense, file, { externalData: true });
    expect(written.dataFile).not.toBe(old.dataFile);
    expect((await readOnnxSignature(file)).dataFiles).toEqual([written.dataFile?.slice(folder.path.length + 1)]);
    const { texts, encode } = await readFolderGolden("dense-tanh-normalize");
    const vector = await embed(file, dense, texts[1] ?? "");
    expect(maxDifference(vector, floats(encode.base64).slice(10, 20))).toBeLessThanOrEqual(1e-5);
  });

  test.each([false, true])("stays as it is after an error (weights beside it: %s)", async (externalData) => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "model.onnx");
    await writeOnnxModel(tinyBertFolder, file, { externalData });
    const before = await contents(folder.path);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(writeOnnxModel(dense, file, { externalData, signal })).rejects.toThrowError("enough");
    expect(await contents(folder.path)).toEqual(before);
  });
});

describe("what cannot be written leaves nothing", () => {
  test("into a folder that is not there", async () => {
    const file = join(dense, "nothing", "model.onnx");
    await expect(writeOnnxModel(dense, file)).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("over a folder", async () => {
    await using folder = await temporaryDirectory();
    await mkdir(join(folder.path, "model.onnx", "x"), { recursive: true });
    await expect(writeOnnxModel(dense, join(folder.path, "model.onnx"), { externalData: true })).rejects.toThrowError(
      /EISDIR|ENOTEMPTY|EEXIST/u,
    );
    expect(await readdir(folder.path)).toEqual(["model.onnx"]);
  });

  test("of a model that has no logits, and of one whose weights are ONNX already", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "model.onnx");
    await expect(writeOnnxModel(goldenFolder("onnx-one-file"), file)).rejects.toMatchObject({
      code: "architecture_unsupported",
    });
    await expect(writeOnnxModel(dense, file, { outputs: ["logits"] })).rejects.toMatchObject({
      code: "weights_invalid",
    });
    expect(await readdir(folder.path)).toEqual([]);
  });
});

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).toSorted();
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "base64")]));
  return Object.fromEntries(files) as Record<string, string>;
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size);
}
