import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { floats, maxDifference, readTinyBertGolden, tinyBertFolder } from "../../../testing/golden/golden.ts";
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
