import { expect, test } from "vitest";

import { readGoldenModels } from "../../../../testing/golden/golden.ts";
import { openModel } from "../model-folder/sources.ts";
import { emitForWorkers, emitOnnxModel, withWeightBytes } from "../onnx-model.ts";
import { LARGEST_PRODUCTS } from "../quantization/exact-products.ts";
import { openCheckpoint } from "../weights/weights.ts";
import type { Feeds, WorkerSetup } from "./inference-message.ts";
import { InferencePool } from "./inference-pool.ts";
import { prepareModel } from "./prepare-model.ts";
import { openSession } from "./session.ts";

const models = await readGoldenModels();
const [builtIn] = models;

const feeds: Feeds = { input_ids: { data: Int32Array.of(2, 7, 11, 5, 3, 9, 1, 3), dims: [2, 4] } };
const ofInt8 = { precision: "int8", attentionMask: false } as const;

test.each(models.map(({ name, folder }) => [name, folder] as const))(
  "%s computes the same prepared as folded",
  async (_, folder) => {
    const { prepared, preparation, folded } = await bothWays(folder);
    const { model } = await prepareModel({ ...preparation, threads: 2 }, prepared);
    expect(await vectorsOf({ ...prepared, model, threads: 1 })).toEqual(await vectorsOf({ ...folded, threads: 1 }));
  },
);

test("one worker prepares, and the next opens what it has prepared", async () => {
  const { prepared, preparation } = await bothWays(builtIn?.folder);
  const setup = { ...prepared, preparation: { ...preparation, threads: 2 }, threads: 1 };
  await using pool = await InferencePool.open(setup, { workers: 2 });
  expect(pool.reported[LARGEST_PRODUCTS]?.dims).toEqual([4, 16]);
  const outputs = await Promise.all(Array.from({ length: 8 }, () => pool.run(feeds)));
  for (const { data } of outputs) expect(data).toEqual(outputs[0]?.data);
});

test("a preparation that cannot be computed is an error of the model", async () => {
  const { prepared } = await bothWays(builtIn?.folder);
  const preparation = { model: Uint8Array.of(1, 2, 3), reported: [], threads: 1 };
  const opening = InferencePool.open({ ...prepared, preparation, threads: 1 }, { workers: 1 });
  await expect(opening).rejects.toMatchObject({ name: "ModelError", code: "inference_failed" });
});

async function bothWays(name: string | undefined) {
  const folder = await openModel(name);
  const checkpoint = await openCheckpoint(folder.weightFiles);
  const options = await withWeightBytes(ofInt8);
  const { bytes, ...files } = emitOnnxModel(folder, checkpoint, options);
  const { preparation, ...prepared } = emitForWorkers(folder, checkpoint, options);
  if (preparation === undefined) throw new TypeError("nothing is to be prepared");
  return { prepared, preparation, folded: { model: bytes, ...files } };
}

async function vectorsOf(setup: WorkerSetup): Promise<Float32Array> {
  const session = await openSession(setup);
  const { data } = await session.run(feeds);
  await session.release();
  return data;
}
