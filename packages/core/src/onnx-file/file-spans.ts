import { open } from "node:fs/promises";

import { ModelError } from "../errors.ts";
import type { FileSpan } from "../graph/proto-writer.ts";

const CHUNK_BYTES = 1024 * 1024;

/** The bytes of parts that lie in memory or in files, in pieces of at most a megabyte where they come from a file. */
export async function* bytesOf(
  parts: readonly (Uint8Array | FileSpan)[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    signal?.throwIfAborted();
    if (part instanceof Uint8Array) yield part;
    else yield* bytesOfSpan(part, signal);
  }
}

async function* bytesOfSpan({ file, offset, length }: FileSpan, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  await using handle = await open(file, "r");
  for (let done = 0; done < length;) {
    signal?.throwIfAborted();
    const wanted = Math.min(CHUNK_BYTES, length - done);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset + done);
    if (bytesRead === 0) throw cutOff(file);
    yield buffer.subarray(0, bytesRead);
    done += bytesRead;
  }
}

function cutOff(file: string): ModelError {
  return new ModelError("weights_invalid", `The weights file ${file} was cut off while it was read.`, {
    hint: "Fetch the file again.",
    details: { file },
  });
}
