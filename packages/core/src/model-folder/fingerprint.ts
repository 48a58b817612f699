import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { open } from "node:fs/promises";

import type { Checkpoint } from "../weights/weights.ts";
import type { ModelFolder } from "./model-folder.ts";

// Enough of each tensor to tell two trainings apart, little enough to read in milliseconds: training moves every
// weight of a tensor that it touches.
const SAMPLE_BYTES = 256;
// An exported model says where its tensors begin only deep inside: places at equal distances stand for them.
const SAMPLES_PER_FILE = 1024;
const HASH_CHARACTERS = 12;

/**
 * A short hash of what decides a model's vectors and is not said by the name of its steps: names, shapes and a sample
 * of every tensor of the encoder and its steps, an exported encoder, and the tokenizer.
 *
 * Two fine-tunings of one base model have the same header, so the header alone would not tell them apart. Prompts are
 * left out: who calls chooses them, text by text.
 */
export async function fingerprint(
  { tensors }: Checkpoint,
  { tokenizerJson, truncationSide, onnx }: Pick<ModelFolder, "tokenizerJson" | "truncationSide" | "onnx">,
): Promise<string> {
  const hash = createHash("sha256").update(tokenizerJson.text);
  if (truncationSide !== "right") hash.update(`truncated ${truncationSide}`);
  for (const [file, stored] of Map.groupBy(tensors.values(), (tensor) => tensor.file)) {
    await using handle = await open(file, "r");
    for (const { name, dtype, shape, offset, length } of stored) {
      const sample = Buffer.alloc(Math.min(SAMPLE_BYTES, length));
      await handle.read(sample, 0, sample.length, offset + Math.floor((length - sample.length) / 2));
      hash.update(JSON.stringify([name, dtype, shape])).update(sample);
    }
  }
  for (const file of onnx?.files ?? []) await sampleFile(hash, file);
  return hash.digest("hex").slice(0, HASH_CHARACTERS);
}

async function sampleFile(hash: Hash, file: string): Promise<void> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  hash.update(String(size));
  const step = Math.max(SAMPLE_BYTES, Math.floor(size / SAMPLES_PER_FILE));
  for (let position = 0; position < size; position += step) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, position);
    hash.update(buffer.subarray(0, bytesRead));
  }
}
