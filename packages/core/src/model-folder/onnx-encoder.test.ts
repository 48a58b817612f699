import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { goldenFolder, readFolderGolden } from "../../../../testing/golden/folders.ts";
import { floats, maxDifference } from "../../../../testing/golden/golden.ts";
import { encodeModel } from "../graph/onnx-proto.ts";
import type { ModelDescription } from "../graph/onnx-proto.ts";
import { AutoModel } from "../auto-model.ts";
import { AutoTokenizer } from "../auto-tokenizer.ts";
import { meanPooling } from "../vectors/mean-pooling.ts";
import { SentenceTransformer } from "../sentence-transformer.ts";
import { writeOnnxModel } from "../write-onnx-model.ts";
import { openCheckpoint } from "../weights/weights.ts";
import { fingerprint } from "./fingerprint.ts";
import { readModelFolder } from "./model-folder.ts";

const ONE_THREAD = { workers: 1, threads: 1 };

async function copyOf(name: string): Promise<{ path: string } & AsyncDisposable> {
  const directory = await temporaryDirectory();
  await cp(goldenFolder(name), directory.path, { recursive: true });
  return directory;
}

test("our own export in place of the weights gives the same vectors, with int32 and with int64 inputs", async () => {
  const { texts, encode } = await readFolderGolden("dense-tanh-normalize");
  for (const inputType of ["int32", "int64"] as const) {
    await using folder = await copyOf("dense-tanh-normalize");
    const outputs = ["last_hidden_state"] as const;
    await writeOnnxModel(folder.path, join(folder.path, "model.onnx"), { outputs, inputType, tokenTypeIds: true });
    await rm(join(folder.path, "model.safetensors"));
    await using model = await SentenceTransformer.load(folder.path, ONE_THREAD);
    const vectors = Float32Array.from((await model.encode(texts)).flatMap((vector) => [...vector]));
    expect(maxDifference(vectors, floats(encode.base64))).toBeLessThanOrEqual(1e-5);
  }
});

test("a model that has no weights but those in its ONNX file", async () => {
  await using folder = await copyOf("onnx-one-file");
  const modules = JSON.parse(await readFile(join(folder.path, "modules.json"), "utf8")) as object[];
  await writeFile(join(folder.path, "modules.json"), JSON.stringify(modules.slice(0, 2)));
  await using model = await SentenceTransformer.load(folder.path, ONE_THREAD);
  await using encoder = await AutoModel.fromPretrained(folder.path, ONE_THREAD);
  const inputs = await (await AutoTokenizer.fromPretrained(folder.path)).encode("the cat sat");
  const [mean] = meanPooling(await encoder.forward(inputs), inputs.attentionMask);
  expect(maxDifference(await model.encode("the cat sat"), mean ?? new Float32Array())).toBeLessThanOrEqual(1e-6);
});

test("AutoModel runs it on a padded batch: padding changes no token", async () => {
  const folder = goldenFolder("onnx-external-data");
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  await using model = await AutoModel.fromPretrained(folder, ONE_THREAD);
  const both = await tokenizer.encode(["the cat", "a dog on the mat"], { padding: true });
  const one = await tokenizer.encode(["the cat"]);
  const [padded, alone] = [await model.forward(both), await model.forward(one)];
  const size = one.dims[1] * 16;
  expect(both.dims[1]).toBeGreaterThan(one.dims[1]);
  expect(maxDifference(padded.lastHiddenState.data.slice(0, size), alone.lastHiddenState.data)).toBeLessThan(1e-6);
});

test("weights in the folder go before an ONNX file", async () => {
  await using folder = await copyOf("onnx-one-file");
  await cp(join(goldenFolder("plain"), "model.safetensors"), join(folder.path, "model.safetensors"));
  expect((await readModelFolder(folder.path)).onnx).toBeUndefined();
});

const steps = ["modules.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"];
const usual = ["config.json", "tokenizer.json", "tokenizer_config.json", ...steps];

test.each([
  ["onnx-external-data", [...usual, "onnx/model.onnx", "onnx/model.onnx.data"]],
  ["dense-tanh-normalize", [...usual, "model.safetensors"]],
])("%s in the hub's cache, where every file is a link to a blob of another name", async (name, files) => {
  await using cache = await temporaryDirectory();
  const { texts, encode } = await readFolderGolden(name);
  await linkedCopy(name, cache.path, files);
  await using model = await SentenceTransformer.load(join(cache.path, "snapshot"), ONE_THREAD);
  const vectors = Float32Array.from((await model.encode(texts)).flatMap((vector) => [...vector]));
  expect(maxDifference(vectors, floats(encode.base64))).toBeLessThanOrEqual(1e-5);
});

test("the fingerprint knows the ONNX file and the file of its weights", async () => {
  await using folder = await copyOf("onnx-external-data");
  const original = await hashOf(folder.path);
  expect(await hashOf(goldenFolder("onnx-external-data"))).toBe(original);
  const data = join(folder.path, "onnx", "model.onnx.data");
  const bytes = await readFile(data);
  bytes.writeUInt8(bytes.readUInt8(3000) ^ 1, 3000);
  await writeFile(data, bytes);
  expect(await hashOf(folder.path)).not.toBe(original);
});

describe("an ONNX file that is no encoder is refused before it is opened", () => {
  const states = { name: "last_hidden_state", type: "float32", dims: ["batch", "sequence", 16] } as const;
  const model = (changes: Partial<ModelDescription>): Uint8Array =>
    encodeModel({
      nodes: [],
      initializers: [],
      inputs: [tokens("input_ids")],
      outputs: [states],
      operatorSets: { "": 21 },
      ...changes,
    }).finish();

  test.each<[string, string, RegExp, Uint8Array]>([
    [
      "an unknown input",
      "architecture_unsupported",
      /pixel_values/u,
      model({ inputs: [tokens("input_ids"), tokens("pixel_values")] }),
    ],
    ["no tokens", "architecture_unsupported", /takes attention_mask/u, model({ inputs: [tokens("attention_mask")] })],
    [
      "tokens as floats",
      "architecture_unsupported",
      /input_ids \(type 1\)/u,
      model({ inputs: [{ ...tokens("input_ids"), type: "float32" }] }),
    ],
    [
      "only a pooled vector",
      "architecture_unsupported",
      /sentence_embedding/u,
      model({ outputs: [{ name: "sentence_embedding", type: "float32", dims: ["batch", 16] }] }),
    ],
    [
      "half-precision results",
      "architecture_unsupported",
      /type 10/u,
      model({ outputs: [{ ...states, type: "float16" }] }),
    ],
    [
      "another width than config.json",
      "model_invalid",
      /20 components where config\.json says 16/u,
      model({ outputs: [{ ...states, dims: ["batch", "sequence", 20] }] }),
    ],
    ["no model at all", "model_invalid", /not an ONNX model/u, Buffer.from("hello")],
    [
      "a Git LFS pointer",
      "weights_missing",
      /Git LFS/u,
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid"),
    ],
    [
      "weights outside of its folder",
      "model_invalid",
      /outside of its own folder/u,
      model({
        initializers: [{ name: "w", type: "float32", dims: [1], data: { location: "../../x", offset: 0, length: 4 } }],
      }),
    ],
    [
      "weights that are not there",
      "weights_missing",
      /w\.data/u,
      model({
        initializers: [{ name: "w", type: "float32", dims: [1], data: { location: "w.data", offset: 0, length: 4 } }],
      }),
    ],
  ])("%s: %s", async (_, code, message, bytes) => {
    await using folder = await copyOf("onnx-one-file");
    await writeFile(join(folder.path, "model.onnx"), bytes);
    const loading = SentenceTransformer.load(folder.path, ONE_THREAD);
    await expect(loading).rejects.toMatchObject({
      name: "ModelError",
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test("one that onnxruntime cannot run fails the loading, not the process", async () => {
    await using folder = await copyOf("onnx-one-file");
    await writeFile(join(folder.path, "model.onnx"), model({}));
    await expect(SentenceTransformer.load(folder.path, ONE_THREAD)).rejects.toMatchObject({ code: "inference_failed" });
  });
});

test.each([{ hidden_size: "wide" }, { hidden_size: 0 }, { vocab_size: -1 }])(
  "config.json with %o is model_invalid",
  async (fields) => {
    await using folder = await copyOf("onnx-one-file");
    const config = JSON.parse(await readFile(join(folder.path, "config.json"), "utf8")) as object;
    await writeFile(join(folder.path, "config.json"), JSON.stringify({ ...config, ...fields }));
    await expect(readModelFolder(folder.path)).rejects.toMatchObject({ name: "ModelError", code: "model_invalid" });
  },
);

test("an unknown architecture is computed by its own graph; its limits are those of config.json", async () => {
  await using folder = await copyOf("onnx-one-file");
  const config = JSON.parse(await readFile(join(folder.path, "config.json"), "utf8")) as object;
  const write = (changes: object): Promise<void> =>
    writeFile(join(folder.path, "config.json"), JSON.stringify({ ...config, ...changes }));
  await write({ model_type: "brand-new" });
  expect((await readModelFolder(folder.path)).encoder).toMatchObject({ maxPositions: 36, hiddenSize: 16 });
  await write({ model_type: "xlm-roberta", pad_token_id: 1, max_position_embeddings: 514 });
  expect((await readModelFolder(folder.path)).encoder.maxPositions).toBe(512);
});

/** Lays a folder out as the hub's cache does. */
async function linkedCopy(name: string, cache: string, files: readonly string[]): Promise<void> {
  await mkdir(join(cache, "blobs"));
  for (const [index, file] of files.entries()) {
    const parts = file.split("/");
    await cp(join(goldenFolder(name), file), join(cache, "blobs", `b${index}`));
    await mkdir(join(cache, "snapshot", ...parts.slice(0, -1)), { recursive: true });
    await symlink(join(...parts.map(() => ".."), "blobs", `b${index}`), join(cache, "snapshot", file));
  }
}

async function hashOf(path: string): Promise<string> {
  const folder = await readModelFolder(path);
  return fingerprint(await openCheckpoint(folder.weightFiles), folder);
}

function tokens(name: string): { name: string; type: "int64"; dims: string[] } {
  return { name, type: "int64", dims: ["batch", "sequence"] };
}
