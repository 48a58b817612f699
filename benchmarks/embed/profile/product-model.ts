/** The types of the elements of a matrix product. */
export type ProductKind = "fp32" | "int8";

/** ONNX's TensorProto.DataType. */
const types = { float32: 1, uint8: 2, int8: 3, int32: 6 } as const;

/**
 * An ONNX model that is one matrix product: x [rows,inputs] times constant weights [inputs,outputs]. `MatMul` in fp32;
 * in int8 `MatMulInteger`, bytes without a sign times bytes with one, which is what AMX and VNNI have instructions for.
 */
export function productModel(
  kind: ProductKind,
  { rows, inputs, outputs }: { rows: number; inputs: number; outputs: number },
): Uint8Array {
  const isInt8 = kind === "int8";
  const weights = isInt8
    ? new Uint8Array(inputs * outputs).map((_, index) => (index * 97) % 256)
    : new Uint8Array(Float32Array.from({ length: inputs * outputs }, (_, index) => ((index * 97) % 256) / 256).buffer);
  const node = message([
    string(1, "x"),
    string(1, "w"),
    string(2, "y"),
    string(4, isInt8 ? "MatMulInteger" : "MatMul"),
  ]);
  const tensor = message([
    integer(1, inputs),
    integer(1, outputs),
    integer(2, isInt8 ? types.int8 : types.float32),
    string(8, "w"),
    bytes(9, weights),
  ]);
  const graph = message([
    bytes(1, node),
    string(2, "product"),
    bytes(5, tensor),
    bytes(11, valueInfo("x", isInt8 ? types.uint8 : types.float32, [rows, inputs])),
    bytes(12, valueInfo("y", isInt8 ? types.int32 : types.float32, [rows, outputs])),
  ]);
  return message([integer(1, 10), bytes(7, graph), bytes(8, message([string(1, ""), integer(2, 21)]))]);
}

function valueInfo(name: string, type: number, dims: readonly number[]): Uint8Array {
  const shape = message(dims.map((dim) => bytes(1, message([integer(1, dim)]))));
  return message([string(1, name), bytes(2, message([bytes(1, message([integer(1, type), bytes(2, shape)]))]))]);
}

// Protocol buffers (https://protobuf.dev/programming-guides/encoding): fields of varints (type 0) and of bytes (type 2).

function message(fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

function integer(field: number, value: number): Uint8Array {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
}

function string(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value));
}

function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) digits.push((rest & 0x7f) | 0x80);
  return Uint8Array.of(...digits, rest);
}
