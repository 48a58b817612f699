import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { floats, maxDifference, readTinyBertGolden, tinyBertFolder } from "../../../testing/golden/golden.ts";
import { goldenFolder, readFolderGolden } from "../../../testing/golden/folders.ts";
import { readModelFolder } from "./model-folder/model-folder.ts";
import { Tokenizer } from "./tokens/tokenizer.ts";
import { buildOnnxModel } from "./onnx-model.ts";

test("the graph with a mask runs in onnxruntime by itself, on a padded batch", async () => {
  const { texts, batch } = await readTinyBertGolden();
  const { bytes, weightsFolder } = await buildOnnxModel(tinyBertFolder);
  const session = await InferenceSession.create(bytes, {
    extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
  });
  const dims = [texts.length, batch.inputIds[0]?.length ?? 0];
  const { sentence_embedding: vectors } = await session.run({
    input_ids: new Tensor("int32", Int32Array.from(batch.inputIds.flat()), dims),
    attention_mask: new Tensor("int32", Int32Array.from(batch.attentionMask.flat()), dims),
  });
  await session.release();
  expect(vectors?.dims).toEqual([texts.length, 48]);
  const data = vectors?.data as Float32Array;
  for (const [row, { vector }] of texts.entries()) {
    expect(maxDifference(data.slice(row * 48, (row + 1) * 48), floats(vector))).toBeLessThanOrEqual(1e-5);
  }
});

test("no weight is copied: the graph is smaller than the smallest layer", async () => {
  const { bytes } = await buildOnnxModel(tinyBertFolder);
  expect(bytes.length).toBeLessThan(20_000);
});

test("a pooling mask leaves the prompt out on a padded batch too, and the encoder still sees it", async () => {
  const folder = goldenFolder("without-prompt");
  const { texts, query } = await readFolderGolden("without-prompt");
  const prompt = "the query: ";
  const { tokenizerJson } = await readModelFolder(folder);
  const tokenizer = await Tokenizer.fromJson(tokenizerJson);
  const rows = await tokenizer.encode(
    texts.map((text) => prompt + text),
    { maxLength: 32 },
  );
  const [tokensOfPrompt] = await tokenizer.encode([prompt]);
  const length = Math.max(...rows.map(({ ids }) => ids.length));
  const fill = (value: (ids: Int32Array, index: number) => number): Tensor => {
    const data = rows.flatMap(({ ids }) => Array.from({ length }, (_, index) => value(ids, index)));
    return new Tensor("int32", Int32Array.from(data), [rows.length, length]);
  };
  const { bytes, weightsFolder } = await buildOnnxModel(folder, { poolingMask: true });
  const session = await InferenceSession.create(bytes, {
    extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
  });
  const unpooled = (tokensOfPrompt?.ids.length ?? 0) - 1; // its [SEP] is not part of it
  const { sentence_embedding: vectors } = await session.run({
    input_ids: fill((ids, index) => ids[index] ?? 0),
    attention_mask: fill((ids, index) => (index < ids.length ? 1 : 0)),
    pooling_mask: fill((ids, index) => (index >= unpooled && index < ids.length ? 1 : 0)),
  });
  await session.release();
  expect(maxDifference(vectors?.data as Float32Array, floats(query.base64))).toBeLessThanOrEqual(1e-5);
});

test("an output is given once, and one that the model has not is refused", async () => {
  const twice = await buildOnnxModel(tinyBertFolder, { outputs: ["sentence_embedding", "sentence_embedding"] });
  const session = await InferenceSession.create(twice.bytes, {
    extra: { session: { model_external_initializers_file_folder_path: twice.weightsFolder } },
  });
  expect(session.outputNames).toEqual(["sentence_embedding"]);
  await session.release();
  await expect(buildOnnxModel(tinyBertFolder, { outputs: ["logits"] })).rejects.toMatchObject({
    code: "weights_invalid",
  });
});
