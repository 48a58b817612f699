import { InferenceSession } from "onnxruntime-node";
import type { Tensor as OnnxTensor } from "onnxruntime-node";

import { encodeInitializers } from "../graph/onnx-proto.ts";
import type { ElementType, TensorDescription } from "../graph/onnx-proto.ts";
import type { PreparedModel, Preparation, Tensor, WorkerSetup } from "./inference-message.ts";
import { free } from "./free.ts";
import { sessionOptions } from "./session-options.ts";

/**
 * Computes what a model lacks and completes the model with it, so that every session of it opens at once. Left to
 * onnxruntime's constant folding, each session would do that anew, on one core, and keep what it folds until it is open.
 *
 * Blocks the thread that it runs on: use it in a worker.
 */
export async function prepareModel(
  preparation: Preparation,
  { model, weightsFolder }: Pick<WorkerSetup, "model" | "weightsFolder">,
): Promise<PreparedModel> {
  const outputs = await compute(preparation, weightsFolder);
  const initializers: PreparedTensor[] = [];
  const reported: Record<string, Tensor<Float32Array>> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    if (preparation.reported.includes(name)) reported[name] = float32Tensor(name, tensor);
    else initializers.push({ name, type: elementType(name, tensor), dims: tensor.dims, data: bytesOf(tensor) });
  }
  const completed = complete(model, initializers);
  for (const { data } of initializers) free(data);
  return { model: completed, reported };
}

interface PreparedTensor extends TensorDescription {
  readonly data: Uint8Array<ArrayBuffer>;
}

async function compute(
  { model, threads }: Preparation,
  weightsFolder: string,
): Promise<Readonly<Record<string, OnnxTensor>>> {
  const session = await InferenceSession.create(model, {
    ...sessionOptions({ threads, weightsFolder }),
    graphOptimizationLevel: "disabled", // it consists of constants: there would be nothing left to run
    enableCpuMemArena: false, // an arena would keep the memory of the float32 weights until the end
  });
  const outputs = await session.run({});
  await session.release();
  return outputs;
}

function complete(model: Uint8Array, initializers: readonly TensorDescription[]): Uint8Array {
  const rest = encodeInitializers(initializers);
  const all = new Uint8Array(new SharedArrayBuffer(model.length + rest.length));
  all.set(model);
  rest.finish(all.subarray(model.length));
  return all;
}

const elementTypes = new Map<string, ElementType>([
  ["float32", "float32"],
  ["int8", "int8"],
  ["uint8", "uint8"],
  ["int32", "int32"],
  ["int64", "int64"],
  ["bool", "bool"],
]);

function elementType(name: string, { type }: OnnxTensor): ElementType {
  const known = elementTypes.get(type);
  if (known === undefined) throw new TypeError(`the prepared ${name} is ${type}`);
  return known;
}

function bytesOf({ data }: OnnxTensor): Uint8Array<ArrayBuffer> {
  if (!ArrayBuffer.isView(data)) throw new TypeError("a prepared tensor has no bytes");
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

function float32Tensor(name: string, { data, dims }: OnnxTensor): Tensor<Float32Array> {
  if (!(data instanceof Float32Array)) throw new TypeError(`the reported ${name} is not float32`);
  return { data, dims };
}
