import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { dtypeBytes, isDtype } from "./dtype.ts";
import type { Dtype } from "./dtype.ts";

/** Where one tensor lies: `length` bytes at `offset` of `file`, row-major, little-endian. */
export interface TensorLocation {
  readonly name: string;
  readonly file: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

// The cap of the reference implementation (safetensors/src/tensor.rs, MAX_HEADER_SIZE): without it the first
// eight bytes of a hostile file would choose how much memory is allocated.
const MAX_HEADER_BYTES = 100_000_000;
// numpy stops at 64 dimensions; a longer shape only makes the product below expensive.
const MAX_DIMENSIONS = 64;
const LENGTH_BYTES = 8;

const HeaderEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(MAX_DIMENSIONS),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/**
 * Reads the header of a safetensors file, never its weights.
 * @throws {ModelError} `weights_invalid` for anything that is not a complete, gapless safetensors file.
 */
export async function readSafetensors(file: string): Promise<ReadonlyMap<string, TensorLocation>> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  const headerBytes = await readHeaderLength(handle, file, size);
  const header = await readExactly(handle, { file, position: LENGTH_BYTES, length: headerBytes });
  const tensors = parseEntries(parseJson(header, file), file, LENGTH_BYTES + headerBytes);
  checkCoverage(tensors, { file, start: LENGTH_BYTES + headerBytes, end: size });
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

async function readHeaderLength(handle: FileHandle, file: string, size: number): Promise<number> {
  if (size < LENGTH_BYTES) throw invalid(file, `has ${size} bytes, too few for the header's length`);
  const bytes = await readExactly(handle, { file, position: 0, length: LENGTH_BYTES });
  const length = bytes.readBigUInt64LE();
  if (length > BigInt(MAX_HEADER_BYTES)) throw invalid(file, `announces a header of ${length} bytes`);
  if (Number(length) > size - LENGTH_BYTES) throw invalid(file, `ends within its header of ${length} bytes`);
  return Number(length);
}

async function readExactly(
  handle: FileHandle,
  { file, position, length }: { file: string; position: number; length: number },
): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead !== length) throw invalid(file, `was cut off while it was read (${bytesRead} of ${length} bytes)`);
  return buffer;
}

function parseJson(header: Buffer, file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (cause) {
    throw invalid(file, "has a header that is not JSON", cause);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw invalid(file, "has no tensors in its header");
  return json as Record<string, unknown>;
}

// Object.entries sees only own keys and a Map stores them, so a tensor named `__proto__` is a name like any other.
function parseEntries(header: Record<string, unknown>, file: string, base: number): TensorLocation[] {
  return Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(name, entry, { file, base }));
}

function parseEntry(name: string, entry: unknown, { file, base }: { file: string; base: number }): TensorLocation {
  const parsed = HeaderEntry.safeParse(entry);
  if (!parsed.success) throw invalid(file, `describes tensor ${JSON.stringify(name)} wrongly`, parsed.error);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data;
  if (!isDtype(dtype))
    throw invalid(file, `holds tensor ${JSON.stringify(name)} of unknown type ${JSON.stringify(dtype)}`);
  const length = shape.reduce((product, size) => product * size, dtypeBytes[dtype]);
  if (!Number.isSafeInteger(length) || end - begin !== length) {
    throw invalid(file, `gives tensor ${JSON.stringify(name)} ${end - begin} bytes where its shape needs ${length}`);
  }
  return { name, file, dtype, shape, offset: base + begin, length };
}

// The format allows neither overlaps nor holes (safetensors/src/tensor.rs, Metadata::validate): a file may not be
// two things at once to two readers.
function checkCoverage(
  tensors: readonly TensorLocation[],
  { file, start, end }: { file: string; start: number; end: number },
): void {
  let position = start;
  for (const { name, offset, length } of tensors.toSorted((a, b) => a.offset - b.offset || a.length - b.length)) {
    if (offset !== position) throw invalid(file, `has a gap or an overlap before tensor ${JSON.stringify(name)}`);
    position = offset + length;
  }
  if (position !== end)
    throw invalid(file, `has ${end - start} bytes of weights where its header describes ${position - start}`);
}

function invalid(file: string, problem: string, cause?: unknown): ModelError {
  return new ModelError("weights_invalid", `The weights file ${file} ${problem}.`, {
    hint: "Fetch the file again: it is damaged or not a safetensors file.",
    details: { file },
    ...(cause === undefined ? {} : { cause }),
  });
}
