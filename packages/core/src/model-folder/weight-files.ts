import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { ModelError } from "../errors.ts";
import { fileExists } from "./file-presence.ts";
import { readJsonFile } from "./json-file.ts";
import { refuseLfsPointers } from "./lfs-pointer.ts";
import { ShardIndex } from "./model-config.ts";
import { missingWeights } from "./missing-weights.ts";

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/**
 * The safetensors files of a folder: `model.safetensors`, or the shards of its index, or the only `*.safetensors`
 * there is; none when the folder has none.
 * @throws {ModelError} `weights_missing` when a shard is missing, a file is a Git LFS pointer, or there are several.
 */
export async function findWeightFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const files = await weightFilesAmong(folder, names);
  for (const file of files) if (!(await fileExists(file))) throw notThere(file);
  await refuseLfsPointers(files);
  return files;
}

async function weightFilesAmong(folder: string, names: readonly string[]): Promise<readonly string[]> {
  // transformers would load the model that an adapter names and change it: weights beside it are not the whole model.
  if (names.includes("adapter_config.json")) throw await missingWeights(folder, names);
  if (names.includes(SINGLE)) return [join(folder, SINGLE)];
  if (names.includes(INDEX)) return findShards(folder);
  const candidates = names.filter((name) => name.endsWith(".safetensors"));
  if (candidates.length > 1) throw await missingWeights(folder, names);
  return candidates.map((name) => join(folder, name));
}

async function findShards(folder: string): Promise<readonly string[]> {
  const index = await readJsonFile(join(folder, INDEX), ShardIndex);
  return [...new Set(Object.values(index?.weight_map ?? {}))].map((name) => join(folder, name));
}

// A shard that the index names, or a link to a blob that is gone.
function notThere(file: string): ModelError {
  return new ModelError("weights_missing", `The weights file ${file} is not there.`, {
    hint: "Fetch all files of the model.",
    details: { file },
  });
}
