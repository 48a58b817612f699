import { PassThrough, Readable, pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { RagError } from "../errors.ts";

/** Unpacked bytes from which the ratio below is looked at; a small file may be as repetitive as it likes. */
export const MIN_BOMB_BYTES = 64 * 1024 * 1024;
/** Text packs about 3 to 20 times, machine-made JSON up to about 100; beyond that a .gz is made to fill memory or time. */
const MAX_UNPACK_RATIO = 200;

/**
 * The bytes of a source with gzip taken off. Packed or not is told by the bytes, not the name.
 * Throws `source_unreadable` for a file named `.gz` that is none, is damaged or was cut off, `source_too_large` for a bomb.
 */
export async function* unpack(bytes: AsyncIterable<Uint8Array>, source: string): AsyncIterable<Uint8Array> {
  const { start, rest } = await peek(bytes);
  if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(rest, source);
  else if (source.toLowerCase().endsWith(".gz")) {
    throw new RagError("source_unreadable", `${source} is not a gzip file`, {
      hint: "pack it again with gzip, or take .gz off its name",
    });
  } else yield* rest;
}

async function peek(bytes: AsyncIterable<Uint8Array>) {
  const iterator = bytes[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array();
  while (start.length < 2) {
    const next = await iterator.next();
    if (next.done === true) break;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  return { start, rest: resume(start, iterator) };
}

async function* resume(start: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzip(packed: AsyncIterable<Uint8Array>, source: string): AsyncGenerator<Uint8Array> {
  let bytesIn = 0;
  let bytesOut = 0;
  const counted = Readable.from(packed, { objectMode: false }).on("data", (chunk: Buffer) => (bytesIn += chunk.length));
  // The end of the pipeline reports every error to the reader below; the callback only keeps it from being thrown twice.
  const unpacked = pipeline(counted, createGunzip(), new PassThrough(), () => {});
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      bytesOut += chunk.length;
      if (bytesOut > MIN_BOMB_BYTES && bytesOut > bytesIn * MAX_UNPACK_RATIO) throw bomb(source);
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? damaged(source, error) : error;
  }
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).code?.startsWith("Z_") === true;
}

function damaged(source: string, cause: NodeJS.ErrnoException): RagError {
  const how = cause.code === "Z_BUF_ERROR" ? "ends in the middle: it was cut off" : "is damaged";
  return new RagError("source_unreadable", `${source} ${how}`, {
    hint: "download or pack it again; `gzip -t` tells whether it is whole",
    cause,
  });
}

function bomb(source: string): RagError {
  return new RagError("source_too_large", `${source} unpacks to more than ${MAX_UNPACK_RATIO} times its size`, {
    hint: "unpack it yourself if you trust it",
  });
}
