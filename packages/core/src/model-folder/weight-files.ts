import { access, readdir } from "node:fs/promises";
import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { readJsonFile } from "./json-file.ts";
import { ShardIndex } from "./model-config.ts";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const PICKLE = "pytorch_model.bin";

/**
 * The safetensors files of a model folder: `model.safetensors`, or the shards of its index, or the only
 * `*.safetensors` there is.
 * @throws {ModelError} `weights_missing`
 */
export async function findWeightFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  if (names.includes(SINGLE)) return [join(folder, SINGLE)];
  if (names.includes(INDEX)) return findShards(folder);
  const candidates = names.filter((name) => name.endsWith(".safetensors"));
  const [only] = candidates;
  if (only === undefined || candidates.length > 1) throw missing(folder, names, candidates);
  return [join(folder, only)];
}

async function findShards(folder: string): Promise<readonly string[]> {
  const index = await readJsonFile(join(folder, INDEX), ShardIndex);
  const shards = [...new Set(Object.values(index?.weight_map ?? {}))].map((name) => join(folder, name));
  for (const shard of shards) await access(shard).catch((cause: unknown) => Promise.reject(noShard(shard, cause)));
  return shards;
}

function missing(folder: string, names: readonly string[], candidates: readonly string[]): ModelError {
  const found = candidates.length === 0 ? "none of them is there" : `it has ${candidates.join(", ")}`;
  return new ModelError(
    "weights_missing",
    `The model folder ${folder} has no usable weights: looked for ${SINGLE}, ${INDEX} and a single *.safetensors file; ${found}.`,
    { hint: hintFor(folder, names), details: { folder, candidates } },
  );
}

function hintFor(folder: string, names: readonly string[]): string {
  if (!names.includes(PICKLE)) return `Place the model's ${SINGLE} into the folder.`;
  const conversion = `from transformers import AutoModel; AutoModel.from_pretrained('${folder}').save_pretrained('${folder}')`;
  return `${PICKLE} is a pickle, which can run code; convert it once with: python -c "${conversion}"`;
}

function noShard(shard: string, cause: unknown): ModelError {
  return new ModelError("weights_missing", `The weights file ${shard}, which ${INDEX} names, is not there.`, {
    hint: "Fetch all shards of the model.",
    details: { file: shard },
    cause,
  });
}
