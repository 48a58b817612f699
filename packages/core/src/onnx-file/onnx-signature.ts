import { open } from "node:fs/promises";

import { ModelError } from "../errors.ts";
import { ProtoReader } from "./proto-reader.ts";
import type { ProtoField } from "./proto-reader.ts";

/** The type of an input or output. */
export interface OnnxValue {
  readonly name: string;
  /** A TensorProto.DataType: 1 is float32, 6 int32, 7 int64. */
  readonly elementType: number | undefined;
  /** A size that is known only when the graph runs is `undefined`; without a shape there are none. */
  readonly dims: readonly (number | undefined)[] | undefined;
}

/** What an ONNX file says of itself without its weights. */
export interface OnnxSignature {
  /** What a caller must give. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The files beside it that hold weights. */
  readonly dataFiles: readonly string[];
}

const MAX_NAME_BYTES = 64 * 1024;
const MAX_VALUES = 4096; // inputs and outputs: a hostile file may not fill the memory with them

/**
 * Reads inputs, outputs and external data files of an ONNX file, never its weights.
 * @throws {ModelError} `model_invalid` for what is not an ONNX file.
 */
export async function readOnnxSignature(file: string): Promise<OnnxSignature> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  try {
    return await readModel(new ProtoReader(handle, size));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelError("model_invalid", `The file ${file} is not an ONNX model: it has ${cause.message}.`, {
      hint: "Fetch the file again.",
      details: { file },
      cause,
    });
  }
}

// Field numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const ModelProto = { graph: 7 } as const;
const GraphProto = { initializer: 5, input: 11, output: 12 } as const;
const TensorProto = { name: 8, externalData: 13 } as const;
const EntryProto = { key: 1, value: 2 } as const;
const ValueInfoProto = { name: 1, type: 2 } as const;
const TypeProto = { tensorType: 1 } as const;
const TensorTypeProto = { elementType: 1, shape: 2 } as const;
const ShapeProto = { dim: 1 } as const;
const DimProto = { value: 1 } as const;

async function readModel(reader: ProtoReader): Promise<OnnxSignature> {
  const graph = await find(reader, ModelProto.graph, { start: 0, end: reader.size });
  if (graph === undefined) throw new RangeError("no graph");
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers = new Set<string>();
  const dataFiles = new Set<string>();
  for await (const part of reader.fields(graph.start, graph.end)) {
    if (part.field === GraphProto.input) inputs.push(await readValue(reader, part));
    if (part.field === GraphProto.output) outputs.push(await readValue(reader, part));
    if (part.field === GraphProto.initializer) await readTensor(reader, part, { initializers, dataFiles });
    if (inputs.length + outputs.length > MAX_VALUES) throw new RangeError(`more than ${MAX_VALUES} inputs and outputs`);
  }
  // Files of the first ONNX versions list their weights as inputs too.
  return { inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs, dataFiles: [...dataFiles] };
}

async function readTensor(
  reader: ProtoReader,
  { start, end }: Span,
  { initializers, dataFiles }: { initializers: Set<string>; dataFiles: Set<string> },
): Promise<void> {
  for await (const part of reader.fields(start, end)) {
    if (part.field === TensorProto.name) initializers.add(await name(reader, part));
    if (part.field !== TensorProto.externalData) continue;
    const [key, value] = [await find(reader, EntryProto.key, part), await find(reader, EntryProto.value, part)];
    if (key === undefined || value === undefined) throw new RangeError("external data without a place");
    if ((await name(reader, key)) === "location") dataFiles.add(await name(reader, value));
  }
}

async function readValue(reader: ProtoReader, span: Span): Promise<OnnxValue> {
  const nameField = await find(reader, ValueInfoProto.name, span);
  const type = await find(reader, ValueInfoProto.type, span);
  const tensorType = type && (await find(reader, TypeProto.tensorType, type));
  const shape = tensorType && (await find(reader, TensorTypeProto.shape, tensorType));
  return {
    name: nameField === undefined ? "" : await name(reader, nameField),
    elementType: tensorType && (await find(reader, TensorTypeProto.elementType, tensorType))?.value,
    dims: shape && (await readDims(reader, shape)),
  };
}

async function readDims(reader: ProtoReader, shape: Span): Promise<(number | undefined)[]> {
  const dims: (number | undefined)[] = [];
  for await (const part of reader.fields(shape.start, shape.end)) {
    if (part.field === ShapeProto.dim) dims.push((await find(reader, DimProto.value, part))?.value);
    if (dims.length > MAX_VALUES) throw new RangeError(`more than ${MAX_VALUES} dimensions`);
  }
  return dims;
}

/** The last field of a number, as protobuf has it when a field that is not repeated comes twice. */
async function find(reader: ProtoReader, field: number, { start, end }: Span): Promise<ProtoField | undefined> {
  let found: ProtoField | undefined;
  for await (const part of reader.fields(start, end)) if (part.field === field) found = part;
  return found;
}

function name(reader: ProtoReader, field: ProtoField): Promise<string> {
  return reader.text(field, { maxBytes: MAX_NAME_BYTES });
}

type Span = Pick<ProtoField, "start" | "end">;
