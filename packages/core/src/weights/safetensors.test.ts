import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { ModelError } from "../errors.ts";
import { dtypeBytes } from "./dtype.ts";
import type { Dtype } from "./dtype.ts";
import { readSafetensors } from "./safetensors.ts";
import type { TensorLocation } from "./safetensors.ts";

test("reads names, shapes and places of a file that the reference library wrote", async () => {
  const file = join(tinyBertFolder, "model.safetensors");
  const tensors = await readSafetensors(file);
  expect(tensors.get("bert.embeddings.word_embeddings.weight")).toMatchObject({
    dtype: "F32",
    shape: [81, 48],
    length: 81 * 48 * 4,
  });
  expect([...tensors.values()].every((tensor) => tensor.file === file)).toBe(true);
});

const tensorName = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "a.b"));
const layout = fc.uniqueArray(
  fc.record({
    name: tensorName.filter((name) => name !== "__metadata__"),
    dtype: fc.constantFrom(...(Object.keys(dtypeBytes) as Dtype[])),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);

test("finds every tensor of any valid file", async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, "any.safetensors");
  await fc.assert(
    fc.asyncProperty(layout, async (tensors) => {
      const expected = await writeTensors(file, tensors);
      expect([...(await readSafetensors(file)).values()]).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

describe("hostile files are refused as weights_invalid", () => {
  const F32x2 = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const cases: Record<string, Buffer> = {
    "an empty file": Buffer.alloc(0),
    "seven bytes": Buffer.alloc(7),
    "a header of 2^63 bytes": Buffer.concat([length(2n ** 63n), Buffer.from("{}")]),
    "a header longer than the cap": Buffer.concat([length(100_000_001n), Buffer.from("{}")]),
    "a header cut off": Buffer.concat([length(100n), Buffer.from('{"w":')]),
    "a header that is not JSON": file("{w}"),
    "a header that is not UTF-8": Buffer.concat([length(2n), Buffer.from([0xff, 0xfe])]),
    "a header that is a list": file("[]"),
    "a header that is null": file("null"),
    "a tensor that is null": file(oneTensor(null)),
    "an unknown type": file(oneTensor({ ...F32x2, dtype: "F31" }), 8),
    "a type from the prototype": file(oneTensor({ ...F32x2, dtype: "constructor" }), 8),
    "a shape that is too large for its bytes": file(oneTensor({ ...F32x2, shape: [3] }), 8),
    "a shape whose product overflows": file(oneTensor({ ...F32x2, shape: [2 ** 40, 2 ** 40] }), 8),
    "a negative size": file(oneTensor({ ...F32x2, shape: [-2] }), 8),
    "a fractional size": file(oneTensor({ ...F32x2, shape: [0.5, 4] }), 8),
    "a thousand dimensions": file(oneTensor({ ...F32x2, shape: [2, ...Array.from({ length: 999 }, () => 1)] }), 8),
    "offsets backwards": file(oneTensor({ ...F32x2, data_offsets: [8, 0] }), 8),
    "offsets beyond the file": file(oneTensor(F32x2), 4),
    "bytes that no tensor owns": file(oneTensor(F32x2), 9),
    "tensors that overlap": file(JSON.stringify({ a: F32x2, b: { ...F32x2, data_offsets: [4, 12] } }), 12),
    "tensors with a gap": file(JSON.stringify({ a: F32x2, b: { ...F32x2, data_offsets: [12, 20] } }), 20),
    "two tensors in one place": file(JSON.stringify({ a: F32x2, b: F32x2 }), 8),
  };

  test.each(Object.entries(cases))("%s", async (_, bytes) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "hostile.safetensors");
    await writeFile(path, bytes);
    const failure = await readSafetensors(path).then(String, (error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelError);
    expect(failure).toMatchObject({ code: "weights_invalid" });
  });
});

test("a valid file with any bytes changed, or cut anywhere, is read or refused, never anything else", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "fuzz.safetensors");
  await writeTensors(path, [
    { name: "w", dtype: "F16", shape: [2, 3] },
    { name: "b", dtype: "F32", shape: [3] },
  ]);
  const original = await readFile(path);
  const outcomes = new Set<string>();
  const change = fc.record({ at: fc.nat({ max: original.length - 1 }), byte: fc.nat({ max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat({ max: original.length }), async (changes, cut) => {
      const bytes = Buffer.from(original);
      for (const { at, byte } of changes) bytes[at] = byte;
      await writeFile(path, bytes);
      await truncate(path, changes.length === 0 ? cut : original.length);
      const outcome = await readSafetensors(path).then(() => "read", refusal);
      outcomes.add(outcome);
    }),
    { numRuns: 200 },
  );
  expect([...outcomes].toSorted()).toEqual(["ModelError weights_invalid", "read"]);
});

const anySize = fc.oneof(
  fc.nat({ max: 5 }),
  fc.constantFrom(2 ** 31, 2 ** 40, 2 ** 53 - 1, 2 ** 53, 1e308, -1, 0.5),
  fc.constantFrom(null, "8", true),
);
const anyEntry = fc.record(
  {
    dtype: fc.oneof(fc.constantFrom(...Object.keys(dtypeBytes)), fc.constantFrom("F31", "__proto__", 7, null)),
    shape: fc.oneof(fc.array(anySize, { maxLength: 4 }), fc.constantFrom(null, "[2]", {})),
    data_offsets: fc.oneof(fc.tuple(anySize, anySize), fc.array(anySize, { maxLength: 3 })),
  },
  { requiredKeys: [] },
);
const anyHeader = fc.oneof(
  fc.dictionary(tensorName, fc.oneof(anyEntry, fc.jsonValue()), { maxKeys: 4 }).map((header) => JSON.stringify(header)),
  fc.jsonValue().map((header) => JSON.stringify(header)),
  fc.constantFrom("[".repeat(200_000), `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`),
);
const anyFile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ maxLength: 40 }))
    .map(([announced, rest]) => Buffer.concat([length(announced), rest])),
  fc.tuple(anyHeader, fc.nat({ max: 40 })).map(([header, weightBytes]) => file(header, weightBytes)),
);

test("any bytes at all are read or refused, at once and without a large allocation", async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, "any.safetensors");
  const before = process.memoryUsage().arrayBuffers;
  await fc.assert(
    fc.asyncProperty(anyFile, async (bytes) => {
      await writeFile(path, bytes);
      expect(["read", "ModelError weights_invalid"]).toContain(await readSafetensors(path).then(() => "read", refusal));
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
    }),
    { numRuns: 300 },
  );
});

function refusal(error: unknown): string {
  return error instanceof ModelError ? `${error.name} ${error.code}` : String(error);
}

function oneTensor(entry: unknown): string {
  return JSON.stringify({ w: entry });
}

function length(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

function file(header: string, weightBytes = 0): Buffer {
  const bytes = Buffer.from(header);
  return Buffer.concat([length(BigInt(bytes.length)), bytes, Buffer.alloc(weightBytes)]);
}

async function writeTensors(
  path: string,
  tensors: readonly Pick<TensorLocation, "name" | "dtype" | "shape">[],
): Promise<TensorLocation[]> {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  // JSON by hand: an object literal would lose a tensor named __proto__ and reorder names that are numbers.
  const fields = entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const header = `{${['"__metadata__":{"format":"pt"}', ...fields].join(",")}}`;
  await writeFile(path, file(header, end));
  const base = 8 + Buffer.byteLength(header);
  const order = Object.keys(JSON.parse(header) as object);
  return entries
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, finish],
        },
      ]) => ({
        name,
        file: path,
        dtype,
        shape,
        offset: base + begin,
        length: finish - begin,
      }),
    )
    .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
