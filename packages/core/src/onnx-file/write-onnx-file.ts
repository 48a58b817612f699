import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { ModelError } from "../errors.ts";
import { encodeModel } from "../graph/onnx-proto.ts";
import type { ExternalData, ModelDescription, TensorDescription } from "../graph/onnx-proto.ts";
import type { FileSpan } from "../graph/proto-writer.ts";
import { createAtomically } from "./create-atomically.ts";
import { bytesOf } from "./file-spans.ts";

export interface WriteOnnxFileOptions {
  /** The folder that the weights' locations are relative to. */
  readonly weightsFolder: string;
  /** Whether the weights go into a file beside the model. @default only when the model would have 2 GB */
  readonly externalData?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The files of a portable model. */
export interface WrittenOnnxModel {
  readonly file: string;
  /** The weights beside it; `undefined` when they are inside. */
  readonly dataFile: string | undefined;
  /** The size of both. */
  readonly bytes: number;
}

const MAX_MESSAGE_BYTES = 2 ** 31 - 1; // of protobuf
const ALIGNMENT = 64; // bytes: a cache line, and a multiple of every element's size

/**
 * Writes a model with its weights, which are copied from file to file in pieces.
 *
 * The files appear under their names only when they are complete. Weights beside a model are named after their
 * content, so a model that is being replaced never meets the weights of another.
 */
export async function writeOnnxFile(
  description: ModelDescription,
  file: string,
  { weightsFolder, externalData, signal }: WriteOnnxFileOptions,
): Promise<WrittenOnnxModel> {
  const model = encodeModel(withWeights(description, weightsFolder));
  const tooLarge = model.length > MAX_MESSAGE_BYTES;
  if (tooLarge && externalData === false) throw noRoomInside(model.length);
  if (externalData ?? tooLarge) {
    return writeBeside(description, file, { weightsFolder, signal });
  }
  await createAtomically(dirname(file), bytesOf(model.parts, { signal }), () => basename(file));
  return { file, dataFile: undefined, bytes: model.length };
}

async function writeBeside(
  description: ModelDescription,
  file: string,
  { weightsFolder, signal }: Pick<WriteOnnxFileOptions, "weightsFolder" | "signal">,
): Promise<WrittenOnnxModel> {
  const weights = layOut(description.initializers, weightsFolder);
  const nameOf = (hash: string): string => `${basename(file)}.${hash}.data`;
  const { name, isNew } = await createAtomically(dirname(file), bytesOf(weights.parts, { signal }), nameOf);
  const dataFile = join(dirname(file), name);
  try {
    const initializers = weights.initializers.map((tensor) => movedTo(name, tensor));
    const model = encodeModel({ ...description, initializers });
    await createAtomically(dirname(file), bytesOf(model.parts, { signal }), () => basename(file));
    return { file, dataFile, bytes: weights.length + model.length };
  } catch (error) {
    if (isNew) await rm(dataFile, { force: true });
    throw error;
  }
}

function noRoomInside(bytes: number): ModelError {
  return new ModelError("input_invalid", `The model would have ${bytes} bytes, more than an ONNX file can hold.`, {
    hint: "Leave externalData out: the weights then go into a file beside the model.",
    details: { bytes, limit: MAX_MESSAGE_BYTES },
  });
}

/** Gives every weight a place in one new file, in order. */
function layOut(initializers: readonly TensorDescription[], weightsFolder: string): Layout {
  const parts: (Uint8Array | FileSpan)[] = [];
  let length = 0;
  const placed = initializers.map((tensor) => {
    if (!isExternal(tensor.data)) return tensor;
    const padding = (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
    const offset = length + padding;
    parts.push(new Uint8Array(padding), spanOf(tensor.data, weightsFolder));
    length = offset + tensor.data.length;
    return { ...tensor, data: { ...tensor.data, offset } };
  });
  return { initializers: placed, parts, length };
}

interface Layout {
  readonly initializers: readonly TensorDescription[];
  /** What the file holds. */
  readonly parts: readonly (Uint8Array | FileSpan)[];
  readonly length: number;
}

function movedTo(location: string, tensor: TensorDescription): TensorDescription {
  return isExternal(tensor.data) ? { ...tensor, data: { ...tensor.data, location } } : tensor;
}

function withWeights(description: ModelDescription, weightsFolder: string): ModelDescription {
  const initializers = description.initializers.map((tensor) =>
    isExternal(tensor.data) ? { ...tensor, data: spanOf(tensor.data, weightsFolder) } : tensor,
  );
  return { ...description, initializers };
}

function spanOf({ location, offset, length }: ExternalData, weightsFolder: string): FileSpan {
  return { file: join(weightsFolder, location), offset, length };
}

function isExternal(data: TensorDescription["data"]): data is ExternalData {
  return "location" in data;
}
