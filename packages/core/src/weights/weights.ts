import { dirname, relative } from "node:path";
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

/** All tensors of one model and the real folder that its files lie in or below. */
export interface Checkpoint {
  readonly folder: string;
  readonly tensors: ReadonlyMap<string, TensorLocation>;
}

/** One safetensors file of a model. */
export interface WeightFile {
  readonly path: string;
  /** Stands before the names of its tensors, which keeps `linear.weight` of two Dense steps apart. @default "" */
  readonly prefix?: string;
}

/**
 * Reads the headers of a checkpoint's files.
 *
 * Paths are resolved to the real files: onnxruntime refuses external data behind a symbolic link that leaves the
 * folder, which is how both the Hugging Face cache and pnpm store files.
 */
export async function openCheckpoint(files: readonly WeightFile[]): Promise<Checkpoint> {
  const opened = await Promise.all(
    files.map(async ({ path, prefix = "" }) => {
      const file = await realpath(path);
      const tensors = [...(await readSafetensors(file)).values()];
      return { file, tensors: tensors.map((tensor) => ({ ...tensor, name: prefix + tensor.name })) };
    }),
  );
  return {
    folder: commonFolder(opened.map(({ file }) => file)),
    tensors: new Map(opened.flatMap(({ tensors }) => tensors.map((tensor) => [tensor.name, tensor]))),
  };
}

/** The deepest folder that all files lie in or below. */
function commonFolder(files: readonly string[]): string {
  const [first = "", ...others] = files.map((file) => dirname(file));
  return others.reduce((common, folder) => {
    while (leavesFolder(relative(common, folder))) common = dirname(common);
    return common;
  }, first);
}

function leavesFolder(path: string): boolean {
  return path === ".." || /^\.\.[\\/]/u.test(path);
}

/** The tensors of a checkpoint whose names start with a prefix. */
export function scopeOf({ tensors }: Checkpoint, prefix: string): Weights {
  return scopeAt(tensors, prefix);
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
      if (tensor === undefined) throw mismatch(`have no tensor ${prefix}${name}`, { tensor: prefix + name, shape });
      if (tensor.shape.join() !== shape.join()) {
        throw mismatch(
          `hold ${prefix}${name} with shape [${tensor.shape.join()}] where config.json implies [${shape.join()}]`,
          { tensor: prefix + name, shape, found: tensor.shape },
        );
      }
      return tensor;
    },
  };
}

function mismatch(problem: string, details: Readonly<Record<string, unknown>>): ModelError {
  return new ModelError("weights_invalid", `The weights ${problem}.`, {
    hint: "Check that config.json and the weights belong to the same model.",
    details,
  });
}
