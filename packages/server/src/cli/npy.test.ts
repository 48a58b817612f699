import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { npyHeader, NpyWriter } from "./npy.ts";

const FORMAT = { precision: "float32", columns: 2 } as const;

it("has a header of 128 bytes for any shape", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 100_000 }), (rows, columns) => {
      const header = npyHeader(rows, { precision: "float32", columns });
      expect(header.length).toBe(128);
      expect(header.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
      expect(header.readUInt16LE(8)).toBe(118);
      expect(header.subarray(10).toString()).toMatch(
        new RegExp(`^\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(${rows}, ${columns}\\), \\} *\\n$`),
      );
    }),
  );
});

it("writes batches one after the other, views on larger buffers too", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "vectors.npy");
  const buffer = Float32Array.from([9, 1, 2, 3, 4, 9]);
  {
    await using writer = await NpyWriter.create(path, FORMAT);
    await writer.write([buffer.subarray(1, 3), buffer.subarray(3, 5)]);
    await writer.write([]);
    await writer.write([Float32Array.of(5, 6)]);
    await writer.finish();
  }
  const bytes = await readFile(path);
  expect(bytes.subarray(0, 128)).toEqual(npyHeader(3, FORMAT));
  expect(Array.from({ length: 6 }, (_, index) => bytes.readFloatLE(128 + index * 4))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(bytes.length).toBe(128 + 24);
});

it("leaves nothing behind when it is not finished", async () => {
  await using folder = await temporaryDirectory();
  {
    await using writer = await NpyWriter.create(join(folder.path, "vectors.npy"), FORMAT);
    await writer.write([Float32Array.of(1, 2)]);
  }
  expect(await readdir(folder.path)).toEqual([]);
});

it.each([
  ["int8", "|i1"],
  ["uint8", "|u1"],
  ["binary", "|i1"],
  ["ubinary", "|u1"],
] as const)("names the elements of %s as NumPy does", async (precision, name) => {
  expect(npyHeader(1, { precision, columns: 3 }).toString("latin1", 10, 40)).toContain(`'descr': '${name}'`);
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "vectors.npy");
  {
    await using writer = await NpyWriter.create(path, { precision, columns: 3 });
    await writer.write([Int8Array.of(-128, 0, 127), Uint8Array.of(0, 128, 255)]);
    await writer.finish();
  }
  expect([...(await readFile(path)).subarray(128)]).toEqual([128, 0, 127, 0, 128, 255]);
});
