import { join } from "node:path";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { readJsonFile } from "./json-file.ts";

/** The error for a folder without usable weights: what was looked for, what is there instead, and what to do about it. */
export async function missingWeights(folder: string, names: readonly string[]): Promise<ModelError> {
  const candidates = names.filter((name) => /\.(?:safetensors|onnx)$/u.test(name));
  const found = candidates.length === 0 ? "none of them is there" : `it has ${candidates.join(", ")}`;
  return new ModelError(
    "weights_missing",
    `The model folder ${folder} has no usable weights: looked for model.safetensors, model.safetensors.index.json and a single *.safetensors file, then for model.onnx and onnx/model.onnx; ${found}.`,
    { hint: await hintFor(folder, names), details: { folder, candidates } },
  );
}

async function hintFor(folder: string, names: readonly string[]): Promise<string> {
  const has = (...candidates: readonly string[]): string | undefined => candidates.find((name) => names.includes(name));
  const adapter = has("adapter_config.json", "adapter_model.safetensors");
  if (adapter !== undefined) return adapterHint(adapter);
  const pickle = has("pytorch_model.bin", "pytorch_model.bin.index.json");
  if (pickle !== undefined)
    return `${pickle} is a pickle, which can run code; convert it once, in that folder, with: ${await conversion(folder)}`;
  const other = has("tf_model.h5", "flax_model.msgpack");
  if (other !== undefined) return otherFrameworkHint(other);
  if (names.some((name) => name.endsWith(".onnx")))
    return "An ONNX model under another name, such as a quantized one, is not guessed at: name the one that you want model.onnx.";
  return "Place the model's model.safetensors into the folder.";
}

const Architectures = z.looseObject({ architectures: z.array(z.string()).nullish() });
const CLASS_NAME = /^[A-Za-z]\w{0,99}$/u; // it becomes part of a command line

// The class of the checkpoint keeps a task's head; AutoModel would drop it.
async function conversion(folder: string): Promise<string> {
  const config = await readJsonFile(join(folder, "config.json"), Architectures).catch(noClass);
  const named = config?.architectures?.[0];
  const model = named !== undefined && CLASS_NAME.test(named) ? named : "AutoModel";
  return `python -c "from transformers import ${model}; ${model}.from_pretrained('.').save_pretrained('.')"`;
}

// The folder has no weights, which is what its user is told; that config.json is damaged too comes up after that.
function noClass(error: unknown): undefined {
  if (!(error instanceof ModelError)) throw error;
}

function adapterHint(file: string): string {
  return `${file} belongs to a PEFT adapter, which holds only the difference to another model: merge the two once, in that folder, with: python -c "from peft import AutoPeftModelForFeatureExtraction as A; A.from_pretrained('.').merge_and_unload().save_pretrained('merged')"`;
}

function otherFrameworkHint(file: string): string {
  const flag = file.startsWith("tf") ? "from_tf" : "from_flax";
  return `${file} is of another framework; convert it once, in that folder, with transformers 4, the last that reads it: python -c "from transformers import AutoModel; AutoModel.from_pretrained('.', ${flag}=True).save_pretrained('.')"`;
}
