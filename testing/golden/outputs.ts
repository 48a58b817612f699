import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { floats } from "./golden.ts";

// What outputs.py wrote, for the tests that compare with it.

/** Row-major; base64 of float32, or of int8 and uint8 where vectors are quantized. */
export interface StoredArray {
  readonly dims: readonly number[];
  readonly base64: string;
}

/** Arguments by their Python names. */
interface Arguments {
  readonly normalize_embeddings?: boolean;
  readonly truncate_dim?: number;
  readonly prompt?: string;
  readonly prompt_name?: string;
  readonly precision?: "int8" | "uint8" | "binary" | "ubinary";
  readonly activation_fn?: string;
  readonly apply_softmax?: boolean;
}

export interface OutputsGolden {
  readonly pooling: {
    readonly hiddenStates: StoredArray;
    readonly attentionMask: readonly number[];
    readonly poolings: readonly { readonly modes: readonly string[]; readonly vectors: StoredArray }[];
    /** By the formula of the model card. */
    readonly means: StoredArray;
  };
  readonly quantization: readonly {
    readonly vectors: StoredArray;
    readonly calibration: StoredArray;
    /** [2, dimension]: the smallest and the largest values. */
    readonly ranges: StoredArray;
    readonly results: readonly {
      readonly precision: "float32" | "int8" | "uint8" | "binary" | "ubinary";
      readonly source: "own" | "calibration" | "ranges";
      readonly stored: StoredArray;
    }[];
  }[];
  readonly similarity: {
    readonly a: StoredArray;
    readonly b: StoredArray;
    readonly functions: readonly {
      readonly name: "cosine" | "dot" | "euclidean" | "manhattan";
      readonly matrix: StoredArray;
      readonly pairwise: StoredArray;
    }[];
  };
  /** On tiny-bert/. */
  readonly encode: {
    readonly texts: readonly string[];
    readonly calls: readonly { readonly arguments: Arguments; readonly stored: StoredArray }[];
    readonly tokenEmbeddings: readonly StoredArray[];
    readonly promptedTokenEmbeddings: readonly StoredArray[];
    readonly binaryTokenEmbeddings: readonly StoredArray[];
    readonly uint8TokenEmbeddings: readonly StoredArray[];
  };
  /** On tiny-bert/ with another 1_Pooling/config.json. */
  readonly withoutPrompt: {
    readonly prompt: string;
    readonly results: readonly {
      readonly config: unknown;
      readonly vectors: StoredArray;
      readonly unprompted: StoredArray;
    }[];
  };
  /** On tiny-bert/ with another config_sentence_transformers.json: the text "on" by encode, encode_query, encode_document. */
  readonly prompts: readonly {
    readonly config: unknown;
    readonly prompts: Readonly<Record<string, string>>;
    readonly vectors: StoredArray;
  }[];
  readonly crossEncoders: {
    readonly pairs: readonly (readonly [string, string])[];
    readonly models: readonly {
      readonly name: string;
      readonly maxSeqLength: number;
      readonly ids: readonly (readonly number[])[];
      readonly calls: readonly { readonly arguments: Arguments; readonly scores: StoredArray }[];
      /** Of the second texts for "the cat"; only of a model with one label. */
      readonly ranking: readonly { readonly corpus_id: number; readonly score: number }[] | null;
    }[];
  };
}

export async function readOutputsGolden(): Promise<OutputsGolden> {
  return JSON.parse(await readFile(new URL("outputs.json", import.meta.url), "utf8")) as OutputsGolden;
}

/** The folder of one of the small cross-encoders. */
export function crossEncoderFolder(name: string): string {
  return fileURLToPath(new URL(`outputs/${name}`, import.meta.url));
}

/** The rows of an array of float32. */
export function rowsOf({ dims: [rows = 0, size = 0], base64 }: StoredArray): Float32Array[] {
  const all = floats(base64);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * size, (row + 1) * size));
}

export function bytes({ base64 }: StoredArray): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
