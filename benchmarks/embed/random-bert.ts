import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { join } from "node:path";
import { writeModelFiles } from "./model-files.ts";

/** The sizes of a BERT. */
export interface BertShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly intermediate: number;
  readonly vocabulary: number;
  readonly positions: number;
}

/** bert-base-uncased: 109 million weights, 438 MB. */
export const BERT_BASE: BertShape = {
  layers: 12,
  hidden: 768,
  heads: 12,
  intermediate: 3072,
  vocabulary: 30_522,
  positions: 512,
};

/**
 * Writes a sentence model of that size with random float32 weights, always the same ones, and the tokenizer of another
 * folder. Nothing can be said about what its vectors mean: it is there to be computed.
 */
export async function writeRandomBert(folder: string, shape: BertShape, tokenizerFolder: string): Promise<void> {
  await writeModelFiles(folder, { config: configOf(shape), dimension: shape.hidden, tokenizerFolder });
  await writeWeights(join(folder, "model.safetensors"), tensorsOf(shape));
}

function configOf({ layers, hidden, heads, intermediate, vocabulary, positions }: BertShape) {
  return {
    architectures: ["BertModel"],
    model_type: "bert",
    hidden_act: "gelu",
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_attention_heads: heads,
    num_hidden_layers: layers,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
  };
}

interface RandomTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Without one, normally distributed with a deviation of 0.02, as BERT is initialized. */
  readonly constant?: number;
}

function tensorsOf({ layers, hidden, intermediate, vocabulary, positions }: BertShape): RandomTensor[] {
  const norm = (name: string): RandomTensor[] => [
    { name: `${name}.weight`, shape: [hidden], constant: 1 },
    { name: `${name}.bias`, shape: [hidden], constant: 0 },
  ];
  const layer = (_: unknown, index: number): RandomTensor[] => {
    const at = `encoder.layer.${index}`;
    return [
      ...["query", "key", "value"].flatMap((name) => linear(`${at}.attention.self.${name}`, hidden, hidden)),
      ...linear(`${at}.attention.output.dense`, hidden, hidden),
      ...norm(`${at}.attention.output.LayerNorm`),
      ...linear(`${at}.intermediate.dense`, hidden, intermediate),
      ...linear(`${at}.output.dense`, intermediate, hidden),
      ...norm(`${at}.output.LayerNorm`),
    ];
  };
  return [
    { name: "embeddings.word_embeddings.weight", shape: [vocabulary, hidden] },
    { name: "embeddings.position_embeddings.weight", shape: [positions, hidden] },
    { name: "embeddings.token_type_embeddings.weight", shape: [2, hidden] },
    ...norm("embeddings.LayerNorm"),
    ...Array.from({ length: layers }, layer).flat(),
    ...linear("pooler.dense", hidden, hidden),
  ];
}

function linear(name: string, inputs: number, outputs: number): RandomTensor[] {
  return [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
}

/** https://huggingface.co/docs/safetensors: the length of a JSON header, the header, the tensors. */
async function writeWeights(path: string, tensors: readonly RandomTensor[]): Promise<void> {
  let offset = 0;
  const entries = tensors.map(({ name, shape }) => {
    const start = offset;
    offset += 4 * sizeOf(shape);
    return [name, { dtype: "F32", shape, data_offsets: [start, offset] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8)); // the tensors are then aligned
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = createWriteStream(path);
  await write(file, length);
  await write(file, header);
  const next = normalNumbers();
  for (const { shape, constant } of tensors) {
    const values = Float32Array.from({ length: sizeOf(shape) }, () => constant ?? 0.02 * next());
    await write(file, Buffer.from(values.buffer));
  }
  file.end();
  await once(file, "finish");
}

async function write(file: WriteStream, bytes: Buffer): Promise<void> {
  if (!file.write(bytes)) await once(file, "drain");
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** A normal distribution, near enough: the sum of four uniform numbers of a linear congruential generator. */
function normalNumbers(): () => number {
  let state = 1;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => Math.sqrt(3) * (uniform() + uniform() + uniform() + uniform());
}
