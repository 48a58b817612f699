import { dirname } from "node:path";
import { realpath } from "node:fs/promises";

import { ModelError } from "../errors.ts";
import { readSafetensors } from "./safetensors.ts";
import type { TensorLocation } from "./safetensors.ts";

/** The tensors of a checkpoint, seen from one place in its name tree. */
export interface Weights {
  /** The tensor `name` below this scope; `shape` is what the architecture expects of it. */
  tensor(name: string, shape: readonly number[]): TensorLocation;
  has(name: string): boolean;
  /** The same checkpoint seen from `name`: `weights.scope("encoder.layer.0").tensor("attention.self.query.weight", …)`. */
  scope(name: string): Weights;
}

/** The tensors of a checkpoint, seen from its encoder. */
export interface EncoderWeights extends Weights {
  /**
   * Where the encoder itself hangs: the head of a task lies here, `classifier.weight` beside `bert.encoder.layer.…`.
   * The same place as the encoder when no prefix stands before the encoder's names.
   */
  readonly outside: Weights;
}

/** All tensors of one checkpoint and the real folder that its files lie in. */
export interface Checkpoint {
  readonly folder: string;
  readonly tensors: ReadonlyMap<string, TensorLocation>;
}

/**
 * Reads the headers of a checkpoint's files.
 *
 * Paths are resolved to the real files: onnxruntime refuses external data behind a symbolic link that leaves the
 * folder, which is how both the Hugging Face cache and pnpm store files.
 */
export async function openCheckpoint(files: readonly string[]): Promise<Checkpoint> {
  const realFiles = await Promise.all(files.map((file) => realpath(file)));
  const folders = new Set(realFiles.map((file) => dirname(file)));
  const [folder] = folders;
  if (folder === undefined || folders.size > 1) {
    throw new ModelError("weights_invalid", `The ${files.length} weight files do not lie in one folder.`, {
      details: { folders: [...folders] },
      hint: "Copy the shards of the model into one folder.",
    });
  }
  const headers = await Promise.all(realFiles.map((file) => readSafetensors(file)));
  return { folder, tensors: new Map(headers.flatMap((header) => [...header])) };
}

// What sentence-transformers before version 3 (`0.auto_model.`) and torch's parallel wrapper (`module.`) put before all names.
const WRAPPERS = ["", "0.auto_model.", "auto_model.", "model.", "module."];

/** The root scope of a checkpoint, without the prefix (such as `bert.`) that some exporters put before every name. */
export function rootScope({ tensors }: Checkpoint, { marker, prefixes }: RootNames): EncoderWeights {
  const candidates = WRAPPERS.flatMap((outside) => ["", ...prefixes].map((own) => ({ outside, all: outside + own })));
  const found = candidates.find(({ all }) => tensors.has(all + marker));
  if (found === undefined) {
    throw new ModelError("weights_invalid", `The weights hold no tensor ${marker}, with or without a known prefix.`, {
      details: { prefixes: candidates.map(({ all }) => all), firstNames: [...tensors.keys()].slice(0, 5) },
      hint: "Check that config.json and the weights belong to the same model.",
    });
  }
  return { ...scopeAt(tensors, found.all), outside: scopeAt(tensors, found.outside) };
}

export interface RootNames {
  /** A tensor that every checkpoint of the architecture has. */
  readonly marker: string;
  /** What its task models put before it, with the final dot: transformers' `base_model_prefix`. */
  readonly prefixes: readonly string[];
}

function scopeAt(tensors: ReadonlyMap<string, TensorLocation>, prefix: string): Weights {
  return {
    has: (name) => tensors.has(prefix + name),
    scope: (name) => scopeAt(tensors, `${prefix}${name}.`),
    tensor: (name, shape) => {
      const tensor = tensors.get(prefix + name);
      if (tensor === undefined) throw mismatch(`have no tensor ${prefix}${name}`);
      if (tensor.shape.join() !== shape.join()) {
        throw mismatch(
          `hold ${prefix}${name} with shape [${tensor.shape.join()}] where config.json implies [${shape.join()}]`,
        );
      }
      return tensor;
    },
  };
}

function mismatch(problem: string): ModelError {
  return new ModelError("weights_invalid", `The weights ${problem}.`, {
    hint: "Check that config.json and the weights belong to the same model.",
  });
}
