import { cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, test } from "vitest";

import { goldenFolder } from "../../../../testing/golden/folders.ts";
import { buildOnnxModel } from "../onnx-model.ts";
import { readModelFolder } from "./model-folder.ts";

// Folders that people really have, and what they are told.

const LFS_POINTER =
  "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1\nsize 90868376\n";
const WEIGHTS = "model.safetensors";

interface Refusal {
  readonly code: string;
  readonly message?: RegExp;
  readonly hint?: RegExp;
}

async function copyOf(name: string): Promise<{ path: string } & AsyncDisposable> {
  const directory = await temporaryDirectory();
  await cp(goldenFolder(name), directory.path, { recursive: true });
  return directory;
}

async function change(folder: string, file: string, fields: Record<string, unknown>): Promise<void> {
  const content = JSON.parse(await readFile(join(folder, file), "utf8")) as object;
  await writeFile(join(folder, file), JSON.stringify({ ...content, ...fields }));
}

const step = (type: string, path = ""): object => ({ type: `sentence_transformers.models.${type}`, path });
const modules = (folder: string, ...steps: readonly object[]): Promise<void> =>
  writeFile(join(folder, "modules.json"), JSON.stringify([step("Transformer"), ...steps]));

/** In place of the weights. */
async function insteadOfWeights(folder: string, ...files: readonly string[]): Promise<void> {
  await rm(join(folder, WEIGHTS));
  for (const file of files) await writeFile(join(folder, file), "x");
}

type Case = readonly [what: string, spoil: (folder: string) => Promise<void>, refusal: Refusal];

const weights: readonly Case[] = [
  [
    "a Git LFS pointer",
    (f) => writeFile(join(f, WEIGHTS), LFS_POINTER),
    { code: "weights_missing", hint: /git lfs pull/u },
  ],
  [
    "a Git LFS pointer in a step",
    (f) => writeFile(join(f, "2_Dense", WEIGHTS), LFS_POINTER),
    { code: "weights_missing", hint: /git lfs pull/u },
  ],
  [
    "a link to a blob that is gone",
    async (f) => {
      await rm(join(f, WEIGHTS));
      await symlink(join(f, "blobs", "gone"), join(f, WEIGHTS));
    },
    { code: "weights_missing", message: /model\.safetensors is not there/u },
  ],
  [
    "a link to itself",
    async (f) => {
      await rm(join(f, WEIGHTS));
      await symlink(WEIGHTS, join(f, WEIGHTS));
    },
    { code: "weights_missing", message: /model\.safetensors is not there/u },
  ],
  [
    "a pickle",
    (f) => insteadOfWeights(f, "pytorch_model.bin"),
    { code: "weights_missing", hint: /from transformers import BertModel; BertModel\.from_pretrained\('\.'\)/u },
  ],
  [
    "a pickle in shards, of an unsafe class name",
    async (f) => {
      await insteadOfWeights(f, "pytorch_model.bin.index.json");
      await change(f, "config.json", { architectures: ["x; import os"] });
    },
    { code: "weights_missing", hint: /from transformers import AutoModel;/u },
  ],
  [
    "a pickle beside a damaged config.json",
    async (f) => {
      await insteadOfWeights(f, "pytorch_model.bin");
      await writeFile(join(f, "config.json"), "{");
    },
    { code: "weights_missing", hint: /AutoModel/u },
  ],
  ["TensorFlow weights", (f) => insteadOfWeights(f, "tf_model.h5"), { code: "weights_missing", hint: /from_tf=True/u }],
  [
    "Flax weights",
    (f) => insteadOfWeights(f, "flax_model.msgpack"),
    { code: "weights_missing", hint: /from_flax=True/u },
  ],
  [
    "a PEFT adapter",
    (f) => insteadOfWeights(f, "adapter_config.json", "adapter_model.safetensors"),
    { code: "weights_missing", hint: /merge_and_unload/u },
  ],
  [
    "a PEFT adapter beside the weights that it changes",
    (f) => writeFile(join(f, "adapter_config.json"), "{}"),
    { code: "weights_missing", hint: /merge_and_unload/u },
  ],
  [
    "a quantized ONNX file alone",
    (f) => insteadOfWeights(f, "model_quantized.onnx"),
    { code: "weights_missing", message: /model_quantized\.onnx/u, hint: /quantized/u },
  ],
  [
    "a step without weights",
    (f) => rm(join(f, "2_Dense", WEIGHTS)),
    { code: "weights_missing", message: /2_Dense/u, hint: /subfolders/u },
  ],
  [
    "a step with a pickle",
    (f) => rename(join(f, "2_Dense", WEIGHTS), join(f, "2_Dense", "pytorch_model.bin")),
    { code: "weights_missing", hint: /torch\.load\('pytorch_model\.bin', weights_only=True\)/u },
  ],
  [
    "weights of another width than config.json says",
    (f) => change(f, "config.json", { intermediate_size: 25 }),
    { code: "weights_invalid", message: /config\.json implies/u },
  ],
  [
    "a word table of another size than config.json says",
    (f) => change(f, "config.json", { vocab_size: 50 }),
    { code: "weights_invalid", message: /word_embeddings/u },
  ],
  [
    "a step whose weights do not have its size",
    (f) => change(f, "2_Dense/config.json", { out_features: 11 }),
    { code: "weights_invalid", message: /2_Dense\/linear\.weight/u },
  ],
  [
    "a step that has a bias where its configuration says that it has none",
    (f) => change(f, "2_Dense/config.json", { bias: false }),
    { code: "model_invalid", message: /bias/u },
  ],
];

const steps: readonly Case[] = [
  [
    "a step that takes another size than the one before it gives",
    (f) => change(f, "2_Dense/config.json", { in_features: 15 }),
    { code: "model_invalid", message: /2_Dense.*takes 15 components.*gives 16/u },
  ],
  ["no pooling", (f) => modules(f), { code: "model_invalid", message: /Pooling.*is missing/u }],
  [
    "a step before the pooling that needs it",
    (f) => modules(f, step("Normalize", "2_Normalize"), step("Pooling", "1_Pooling")),
    { code: "model_invalid", message: /no step before it makes/u },
  ],
  [
    "no steps at all",
    (f) => writeFile(join(f, "modules.json"), "[]"),
    { code: "architecture_unsupported", message: /is empty/u },
  ],
  [
    "thousands of steps",
    (f) => modules(f, ...Array.from({ length: 5000 }, () => step("Pooling", "1_Pooling"))),
    { code: "model_invalid", message: /modules\.json/u },
  ],
  [
    "a pooling of thousands of modes",
    (f) => change(f, "1_Pooling/config.json", { pooling_mode: Array.from({ length: 5000 }, () => "mean") }),
    { code: "model_invalid", message: /pooling_mode/u },
  ],
  ["modules.json that is no list", (f) => writeFile(join(f, "modules.json"), "{}"), { code: "model_invalid" }],
  [
    "modules.json that is cut off",
    (f) => writeFile(join(f, "modules.json"), '[{"type": "sent'),
    { code: "model_invalid" },
  ],
  ...["../x", "/etc", "a/../../b", "..\\x"].map((path): Case => [
    `a step in ${path}`,
    (f) => modules(f, step("Pooling", path)),
    { code: "model_invalid", message: /inside the model folder/u },
  ]),
  ...["WordWeights", "CNN", "LSTM", "BoW", "WordEmbeddings", "Router", "WeightedLayerPooling", "StaticEmbedding"].map(
    (type): Case => [
      `a ${type} step`,
      (f) => modules(f, step(type, "1_Pooling")),
      { code: "architecture_unsupported", message: new RegExp(type, "u") },
    ],
  ),
  [
    "an activation that is not of torch",
    (f) => change(f, "2_Dense/config.json", { activation_function: "my_package.Swish" }),
    { code: "model_invalid", message: /torch\.nn/u },
  ],
  [
    "an activation that is a function of Object",
    (f) => change(f, "2_Dense/config.json", { activation_function: "torch.nn.constructor" }),
    { code: "model_invalid", message: /activation_function/u },
  ],
  [
    "a step that reads what no step makes",
    (f) => change(f, "2_Dense/config.json", { module_input_name: "image_embeds" }),
    { code: "model_invalid", message: /module_input_name/u },
  ],
  [
    "a transformer step for masked words",
    (f) => change(f, "sentence_bert_config.json", { transformer_task: "fill-mask" }),
    { code: "architecture_unsupported", message: /fill-mask/u },
  ],
  [
    "a transformer step that gives the pooler's output",
    (f) =>
      change(f, "sentence_bert_config.json", { modality_config: { text: { method_output_name: "pooler_output" } } }),
    { code: "architecture_unsupported", message: /pooler_output/u },
  ],
  [
    "a default prompt that is not among the prompts",
    (f) => change(f, "config_sentence_transformers.json", { default_prompt_name: "question" }),
    { code: "model_invalid", message: /default_prompt_name/u },
  ],
  ...["CrossEncoder", "SparseEncoder", "MultiVectorEncoder"].map((type): Case => [
    `a ${type}`,
    async (f) => {
      await change(f, "config_sentence_transformers.json", { model_type: type });
      await modules(f);
    },
    { code: "architecture_unsupported", message: new RegExp(`holds a ${type}`, "u") },
  ]),
];

const files: readonly Case[] = [
  [
    "a config.json of 200 MB",
    (f) => truncate(join(f, "config.json"), 200 * 1024 * 1024),
    { code: "model_invalid", message: /bytes/u },
  ],
  [
    "a tokenizer.json that is a Git LFS pointer",
    (f) => writeFile(join(f, "tokenizer.json"), LFS_POINTER),
    { code: "weights_missing", hint: /git lfs pull/u },
  ],
  [
    "a config.json that is a Git LFS pointer",
    (f) => writeFile(join(f, "config.json"), LFS_POINTER),
    { code: "weights_missing", hint: /git lfs pull/u },
  ],
  [
    "a config.json that is a folder",
    async (f) => {
      await rm(join(f, "config.json"));
      await mkdir(join(f, "config.json"));
    },
    { code: "model_invalid" },
  ],
  [
    "nothing",
    async (f) => {
      for (const name of await readdir(f)) await rm(join(f, name), { recursive: true });
    },
    { code: "weights_missing", message: /none of them is there/u },
  ],
];

describe.each([
  ["weights", weights],
  ["steps", steps],
  ["files", files],
] as const)("%s that are refused", (_, cases) => {
  test.each(cases)("%s", async (_what, spoil, { code, message = /./u, hint = /^/u }) => {
    await using folder = await copyOf("dense-tanh-normalize");
    await spoil(folder.path);
    await expect(buildOnnxModel(folder.path)).rejects.toMatchObject({
      name: "ModelError",
      code,
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string, // every refusal says what to do next
    });
  });
});

test("a folder for another class of models is still one for its encoder", async () => {
  await using folder = await copyOf("plain");
  await writeFile(join(folder.path, "config_sentence_transformers.json"), '{ "model_type": "SparseEncoder" }');
  await writeFile(
    join(folder.path, "modules.json"),
    JSON.stringify([step("Transformer"), step("SpladePooling", "1_Pooling")]),
  );
  expect(await readModelFolder(folder.path)).toMatchObject({ modelType: "SparseEncoder", steps: [] });
  await expect(buildOnnxModel(folder.path, { outputs: ["last_hidden_state"] })).resolves.toBeDefined();
});

test("a cross-encoder with steps after its transformer is refused by the step's name", async () => {
  await using folder = await copyOf("plain");
  await writeFile(join(folder.path, "config_sentence_transformers.json"), '{ "model_type": "CrossEncoder" }');
  await modules(folder.path, step("LogitScore", "1_LogitScore"));
  await expect(readModelFolder(folder.path)).rejects.toMatchObject({
    code: "architecture_unsupported",
    message: expect.stringMatching(/LogitScore/u) as string,
  });
});
