import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ProtoWriter } from "./proto-writer.ts";

describe("the examples of the protobuf documentation", () => {
  test.each([
    ["a varint of 150", new ProtoWriter().integer(1, 150), [0x08, 0x96, 0x01]],
    [
      "the string testing",
      new ProtoWriter().string(2, "testing"),
      [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
    ],
    [
      "a message in a message",
      new ProtoWriter().message(3, new ProtoWriter().integer(1, 150)),
      [0x1a, 0x03, 0x08, 0x96, 0x01],
    ],
    ["minus two", new ProtoWriter().integer(1, -2), [0x08, 0xfe, ...Array.from({ length: 8 }, () => 0xff), 0x01]],
    ["nothing", new ProtoWriter(), []],
  ])("%s", (_, writer, bytes) => {
    expect([...writer.finish()]).toEqual(bytes);
  });
});

const fieldNumber = fc.integer({ min: 1, max: 536_870_911 });

test("every 64-bit integer comes back", () => {
  fc.assert(
    fc.property(fieldNumber, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (field, value) => {
      const bytes = new ProtoWriter().integer(field, value).finish();
      const tag = readVarint(bytes, 0);
      const number = readVarint(bytes, tag.end);
      expect([tag.value, BigInt.asIntN(64, number.value), number.end]).toEqual([
        BigInt(field) << 3n,
        value,
        bytes.length,
      ]);
    }),
  );
});

test("every float32, string and byte string comes back", () => {
  fc.assert(
    fc.property(
      fc.float({ noNaN: true }),
      fc.string({ unit: "grapheme" }),
      fc.uint8Array(),
      (float, string, binary) => {
        const fields = readFields(new ProtoWriter().float(1, float).string(2, string).bytes(3, binary).finish());
        expect(new DataView(fields[0]?.slice().buffer ?? new ArrayBuffer()).getFloat32(0, true)).toBe(float);
        expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(fields[1])).toBe(string);
        expect(fields[2]).toEqual(binary);
      },
    ),
  );
});

function readVarint(bytes: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let index = start; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (index - start));
    if (byte < 0x80) return { value, end: index + 1 };
  }
  throw new Error("a varint has no end");
}

function readFields(bytes: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  for (let position = 0; position < bytes.length;) {
    const tag = readVarint(bytes, position);
    const size = (tag.value & 7n) === 5n ? { value: 4n, end: tag.end } : readVarint(bytes, tag.end);
    position = size.end + Number(size.value);
    fields.push(bytes.subarray(size.end, position));
  }
  return fields;
}
