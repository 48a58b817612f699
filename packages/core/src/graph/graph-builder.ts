import { relative, sep } from "node:path";

import { ModelError } from "../errors.ts";
import type { ModelPrecision, WeightBytes } from "../quantization/model-precision.ts";
import type { Dtype } from "../weights/dtype.ts";
import type { TensorLocation } from "../weights/safetensors.ts";
import { elementTypes, encodeModel } from "./onnx-proto.ts";
import type {
  Attribute,
  ElementType,
  ModelDescription,
  NodeDescription,
  TensorDescription,
  TensorType,
} from "./onnx-proto.ts";

declare const value: unique symbol;
/** The name of a tensor in the graph under construction. */
export type Value = string & { readonly [value]: true };

/** The domain of onnxruntime's own operators. */
export const MICROSOFT = "com.microsoft";

const OPERATOR_SETS = { "": 21, [MICROSOFT]: 1 };
const NOTHING = "" as Value; // ONNX writes an omitted optional input as an empty name

export interface GraphBuilderOptions {
  readonly precision?: ModelPrecision | undefined;
  readonly weightBytes?: WeightBytes | undefined;
}

/**
 * Collects the nodes of an ONNX graph in order of computation.
 *
 * Weights enter as offsets into the checkpoint's own file. onnxruntime folds what is computed from constants alone
 * (such as the widening of a float16 weight) while it opens a session, so no weight passes through JavaScript.
 */
export class GraphBuilder {
  readonly #nodes: NodeDescription[] = [];
  readonly #initializers = new Map<string, TensorDescription>();
  readonly #widened = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #derived = new Map<string, unknown>();
  readonly #inputs: ({ name: Value } & TensorType)[] = [];
  readonly #outputs: ({ name: Value } & TensorType)[] = [];
  readonly #weightsFolder: string;
  #values = 0;

  /** What the linear layers of an encoder are computed in. */
  readonly precision: ModelPrecision;
  /** What weights are quantized to in int8. */
  readonly weightBytes: WeightBytes;
  #calibrating = false;

  /** @param weightsFolder the folder that all weight files lie in or below; a graph without weights needs none. */
  constructor(weightsFolder = "", { precision = "fp32", weightBytes = "int8" }: GraphBuilderOptions = {}) {
    this.#weightsFolder = weightsFolder;
    this.precision = precision;
    this.weightBytes = weightBytes;
  }

  input(name: string, type: TensorType): Value {
    this.#inputs.push({ name: name as Value, ...type });
    return name as Value;
  }

  output(name: string, source: Value, type: TensorType): void {
    this.#nodes.push({ operator: "Identity", domain: "", inputs: [source], outputs: [name], attributes: {} });
    this.#outputs.push({ name: name as Value, ...type });
  }

  /** Adds a node with one output. `undefined` stands for an optional input that is left out. */
  node(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { domain = "" }: { domain?: string } = {},
  ): Value {
    const output = `${operator}_${this.#values++}` as Value;
    this.#nodes.push({
      operator,
      domain,
      inputs: inputs.map((input) => input ?? NOTHING),
      outputs: [output],
      attributes,
    });
    return output;
  }

  /** A float32 scalar. */
  scalar(number: number): Value {
    return this.#constant("float32", [], new Float32Array([number]));
  }

  /** A vector of float32. */
  floats(numbers: Float32Array): Value {
    return this.#constant("float32", [numbers.length], numbers);
  }

  /** One text as int32 [1,S]. */
  tokenIds(ids: Int32Array): Value {
    return this.#constant("int32", [1, ids.length], ids);
  }

  /** An int64 scalar. */
  integer(number: number): Value {
    return this.#constant("int64", [], BigInt64Array.of(BigInt(number)));
  }

  /** A vector of int64: axes, shapes and indices are given to ONNX operators in this form. */
  integers(...numbers: readonly number[]): Value {
    return this.#constant("int64", [numbers.length], BigInt64Array.from(numbers, BigInt));
  }

  /** Whether what is added now computes with constants alone, see `calibrate`. */
  get calibrating(): boolean {
    return this.#calibrating;
  }

  /**
   * Adds nodes that learn from constant inputs how large activations become. onnxruntime folds them while it opens a
   * session, for which they must be operators of ONNX itself: it takes its own for not deterministic.
   */
  calibrate(build: () => void): void {
    this.#calibrating = true;
    build();
    this.#calibrating = false;
  }

  /** A uint8 scalar. */
  byte(number: number): Value {
    return this.#constant("uint8", [], Uint8Array.of(number));
  }

  /** What is made for a `key`, made once: ALBERT uses the same weights in every layer. */
  once<Made>(key: string, make: () => Made): Made {
    if (!this.#derived.has(key)) this.#derived.set(key, make());
    return this.#derived.get(key) as Made;
  }

  /** A weight in the type that it is stored in. */
  storedWeight({ name, file, dtype, shape, offset, length }: TensorLocation): Value {
    const type = storedTypes[dtype];
    if (type === undefined) throw unusable(name, dtype);
    const location = relative(this.#weightsFolder, file).replaceAll(sep, "/");
    this.#initializers.set(name, { name, type, dims: shape, data: { location, offset, length } });
    return name as Value;
  }

  /** A weight as float32. */
  weight(tensor: TensorLocation): Value {
    const stored = this.storedWeight(tensor);
    if (tensor.dtype === "F32") return stored;
    const widened = this.#widened.get(tensor.name) ?? this.widen(stored);
    this.#widened.set(tensor.name, widened);
    return widened;
  }

  /** Casts to float32. */
  widen(input: Value): Value {
    return this.#cast(input, "float32");
  }

  /** Casts to a byte. */
  toBytes(input: Value, type: "int8" | "uint8"): Value {
    return this.#cast(input, type);
  }

  /** Casts to int64. */
  toInt64(input: Value): Value {
    return this.#cast(input, "int64");
  }

  /** The serialized ONNX model. */
  finish(): Uint8Array {
    return encodeModel(this.describe()).finish();
  }

  /** The model before it is serialized. */
  describe(): ModelDescription {
    return {
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
      operatorSets: OPERATOR_SETS,
    };
  }

  #cast(input: Value, type: ElementType): Value {
    return this.node("Cast", [input], { to: elementTypes[type] });
  }

  // One initializer for each value, however often it is asked for.
  #constant(type: ElementType, dims: readonly number[], values: Constant): Value {
    const key = `${type}[${dims.join()}]:${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant_${this.#constants.size}` as Value;
    this.#constants.set(key, name);
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#initializers.set(name, { name, type, dims, data });
    return name;
  }
}

type Constant = Float32Array | Int32Array | BigInt64Array | Uint8Array;

const storedTypes: Partial<Record<Dtype, ElementType>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

function unusable(name: string, dtype: Dtype): ModelError {
  return new ModelError(
    "weights_invalid",
    `The tensor ${name} is stored as ${dtype}; F32, F16 and BF16 can be computed with.`,
    {
      hint: "Save the model in one of these types, for example model.float().save_pretrained(…) in transformers.",
      details: { tensor: name, dtype },
    },
  );
}
