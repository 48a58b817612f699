import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { quantizeEmbeddings, type Precision, type VectorOfPrecision } from "@galen/core";
import { temporaryDirectory } from "@galen/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunningRanges } from "./running-ranges.ts";
import { TwoPassWriter } from "./two-pass-writer.ts";
import type { VectorWriter } from "./vector-writer.ts";

class Collected implements VectorWriter {
  readonly rows: VectorOfPrecision[Precision][] = [];
  finished = false;
  disposed = 0;

  async write(rows: readonly VectorOfPrecision[Precision][]): Promise<void> {
    this.rows.push(...rows);
  }

  async finish(): Promise<void> {
    this.finished = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed += 1;
  }
}

const value = fc.float({ noNaN: true, min: -1, max: 1 });
const vectors = fc.array(
  fc.array(value, { minLength: 3, maxLength: 3 }).map((row) => Float32Array.from(row)),
  {
    minLength: 2,
    maxLength: 30,
  },
);
const cuts = fc.array(fc.nat(5), { minLength: 1, maxLength: 8 });

/** The vectors in batches of the given sizes, over and over. */
function inBatches(vectors: readonly Float32Array[], sizes: readonly number[]): Float32Array[][] {
  const batches: Float32Array[][] = [];
  for (let start = 0, turn = 0; start < vectors.length; turn++) {
    const size = (sizes[turn % sizes.length] ?? 0) + 1;
    batches.push(vectors.slice(start, start + size));
    start += size;
  }
  return batches;
}

describe("ranges of batches", () => {
  it("are those of all vectors at once", () => {
    fc.assert(
      fc.property(vectors, cuts, (vectors, sizes) => {
        const running = new RunningRanges();
        const whole = new RunningRanges();
        expect(running.ranges).toBeUndefined();
        for (const batch of inBatches(vectors, sizes)) running.add(batch);
        running.add([]);
        whole.add(vectors);
        expect(running.ranges).toEqual(whole.ranges);
        expect(running.ranges?.rows).toBe(vectors.length);
      }),
    );
  });
});

describe("two passes", () => {
  it("quantize as if all vectors had been there at once, however they come", async () => {
    await using folder = await temporaryDirectory();
    const output = join(folder.path, "vectors.npy");
    await fc.assert(
      fc.asyncProperty(
        vectors,
        cuts,
        fc.constantFrom("int8" as const, "uint8" as const),
        async (vectors, sizes, precision) => {
          const collected = new Collected();
          {
            await using writer = await TwoPassWriter.create(collected, { precision, dimension: 3, output });
            for (const batch of inBatches(vectors, sizes)) await writer.write(batch);
            expect(collected.rows).toEqual([]);
            await writer.finish();
          }
          expect(collected.rows).toEqual(quantizeEmbeddings(vectors, { precision }));
          expect([collected.finished, collected.disposed]).toEqual([true, 1]);
        },
      ),
      { numRuns: 30 },
    );
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("keep the waiting vectors for themselves, and leave none behind", async () => {
    await using folder = await temporaryDirectory();
    const collected = new Collected();
    {
      const output = join(folder.path, "v.npy");
      await using writer = await TwoPassWriter.create(collected, { precision: "int8", dimension: 1, output });
      await writer.write([Float32Array.of(1)]);
      const [name = ""] = await readdir(folder.path);
      expect((await stat(join(folder.path, name))).mode & 0o077).toBe(0);
      await expect(writer.finish()).rejects.toMatchObject({
        code: "usage",
        hint: expect.stringContaining("--calibration"),
      });
    }
    expect([await readdir(folder.path), collected.finished, collected.disposed]).toEqual([[], false, 1]);
  });

  it("give the writer up when there is no place for them", async () => {
    const collected = new Collected();
    const options = { precision: "int8", dimension: 1, output: "/no/such/folder/v.npy" } as const;
    await expect(TwoPassWriter.create(collected, options)).rejects.toMatchObject({ code: "output_not_writable" });
    expect(collected.disposed).toBe(1);
  });

  it("write nothing for nothing", async () => {
    const collected = new Collected();
    await using writer = await TwoPassWriter.create(collected, { precision: "uint8", dimension: 3, output: undefined });
    await writer.write([]);
    await writer.finish();
    expect([collected.rows, collected.finished]).toEqual([[], true]);
  });
});
