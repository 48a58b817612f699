import { ProtoWriter } from "./proto-writer.ts";
import type { FileSpan } from "./proto-writer.ts";

// The messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that an inference graph needs, with the
// field numbers of that file.

/** TensorProto.DataType */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;

/** A number that is a whole number in ONNX is written plainly; a float attribute says so, because 1 and 1.0 differ there. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

export interface TensorType {
  readonly type: ElementType;
  /** A name stands for a size that is known only when the graph runs. */
  readonly dims: readonly (number | string)[];
}

export interface NodeDescription {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface TensorDescription {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** The values themselves, a file that they are in, or the place beside the model where they stay. */
  readonly data: Uint8Array | FileSpan | ExternalData;
}

/** Where a tensor's values lie in a file that is not part of the model; `location` is relative to the model's folder. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface ModelDescription {
  readonly nodes: readonly NodeDescription[];
  readonly initializers: readonly TensorDescription[];
  readonly inputs: readonly ({ readonly name: string } & TensorType)[];
  /** onnxruntime finds out the type of an output that has none. */
  readonly outputs: readonly ({ readonly name: string } & Partial<TensorType>)[];
  /** Operator set version by domain; "" is ONNX itself. */
  readonly operatorSets: Readonly<Record<string, number>>;
}

const IR_VERSION = 10; // ONNX 1.16, the version that introduced operator set 21

/** A ModelProto. */
export function encodeModel({ nodes, initializers, inputs, outputs, operatorSets }: ModelDescription): ProtoWriter {
  const graph = new ProtoWriter();
  for (const node of nodes) graph.message(1, encodeNode(node));
  graph.string(2, "encoder");
  for (const initializer of initializers) graph.message(5, encodeTensor(initializer));
  for (const input of inputs) graph.message(11, encodeValueInfo(input.name, input));
  for (const output of outputs) graph.message(12, encodeValueInfo(output.name, output));

  const model = new ProtoWriter().integer(1, IR_VERSION).string(2, "galen").message(7, graph);
  for (const [domain, version] of Object.entries(operatorSets)) {
    model.message(8, new ProtoWriter().string(1, domain).integer(2, version));
  }
  return model;
}

/**
 * Initializers for a model that has been serialized without them: bytes to append to its own. Of a message that occurs
 * twice protobuf joins the fields, so a second graph adds to the first.
 */
export function encodeInitializers(initializers: readonly TensorDescription[]): ProtoWriter {
  const graph = new ProtoWriter();
  for (const initializer of initializers) graph.message(5, encodeTensor(initializer));
  return new ProtoWriter().message(7, graph);
}

function encodeNode({ operator, domain, inputs, outputs, attributes }: NodeDescription): ProtoWriter {
  const node = new ProtoWriter();
  for (const input of inputs) node.string(1, input);
  for (const output of outputs) node.string(2, output);
  node.string(3, `${operator}:${outputs[0] ?? ""}`).string(4, operator);
  for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
  return domain === "" ? node : node.string(7, domain);
}

/** AttributeProto.AttributeType */
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

function encodeAttribute(name: string, value: Attribute): ProtoWriter {
  const attribute = new ProtoWriter().string(1, name);
  if (typeof value === "number") return attribute.integer(3, value).integer(20, attributeTypes.int);
  if (typeof value === "string") return attribute.string(4, value).integer(20, attributeTypes.string);
  if ("float" in value) return attribute.float(2, value.float).integer(20, attributeTypes.float);
  for (const element of value) attribute.integer(8, element);
  return attribute.integer(20, attributeTypes.ints);
}

const EXTERNAL = 1; // TensorProto.DataLocation

function encodeTensor({ name, type, dims, data }: TensorDescription): ProtoWriter {
  const tensor = new ProtoWriter();
  for (const dim of dims) tensor.integer(1, dim);
  tensor.integer(2, elementTypes[type]).string(8, name);
  if (data instanceof Uint8Array || "file" in data) return tensor.bytes(9, data);
  for (const [key, value] of Object.entries(data)) {
    tensor.message(13, new ProtoWriter().string(1, key).string(2, String(value)));
  }
  return tensor.integer(14, EXTERNAL);
}

function encodeValueInfo(name: string, { type, dims }: Partial<TensorType>): ProtoWriter {
  if (type === undefined || dims === undefined) return new ProtoWriter().string(1, name);
  const shape = new ProtoWriter();
  for (const dim of dims) {
    shape.message(1, typeof dim === "string" ? new ProtoWriter().string(2, dim) : new ProtoWriter().integer(1, dim));
  }
  const tensorType = new ProtoWriter().integer(1, elementTypes[type]).message(2, shape);
  return new ProtoWriter().string(1, name).message(2, new ProtoWriter().message(1, tensorType));
}
