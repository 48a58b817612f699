import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

import type { Checkpoint } from "../weights/weights.ts";

// Enough of each tensor to tell two trainings apart, little enough to read in milliseconds: training moves every
// weight of a tensor that it touches.
const SAMPLE_BYTES = 256;
const HASH_CHARACTERS = 12;

/**
 * A short hash of what decides a model's vectors: names, shapes and a sample of every tensor, and the tokenizer.
 *
 * Two fine-tunings of one base model have the same header, so the header alone would not tell them apart.
 */
export async function fingerprint({ tensors }: Checkpoint, tokenizerJson: string): Promise<string> {
  const hash = createHash("sha256").update(tokenizerJson);
  for (const [file, stored] of Map.groupBy(tensors.values(), (tensor) => tensor.file)) {
    await using handle = await open(file, "r");
    for (const { name, dtype, shape, offset, length } of stored) {
      const sample = Buffer.alloc(Math.min(SAMPLE_BYTES, length));
      await handle.read(sample, 0, sample.length, offset + Math.floor((length - sample.length) / 2));
      hash.update(JSON.stringify([name, dtype, shape])).update(sample);
    }
  }
  return hash.digest("hex").slice(0, HASH_CHARACTERS);
}
