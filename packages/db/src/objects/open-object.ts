import { createHash } from "node:crypto";
import type { ReadStream } from "node:fs";
import { DbError } from "../errors.ts";
import type { GenerationView } from "../generations/generation-view.ts";
import type { ObjectInfo } from "../schemas/object.ts";
import { storageError } from "../storage/failure.ts";

/** An object whose bytes can be read, also when its document is deleted meanwhile. */
export interface OpenedObject {
  readonly info: ObjectInfo;
  /** To be read to its end or cancelled. Ends with `object_damaged` when the bytes are not those that were stored. */
  readonly content: ReadableStream<Uint8Array>;
}

/**
 * The object of a document; `undefined` when there is no such document or it has none.
 * @throws {DbError} `object_damaged`, `storage_failed`
 */
export async function openObject(view: () => Promise<GenerationView>, id: string): Promise<OpenedObject | undefined> {
  let missing: string | undefined;
  for (;;) {
    const { catalogue, record, objects } = await view();
    const info = (await catalogue.document(record.id, id))?.object;
    if (info === undefined) return undefined;
    const file = await objects.open(info.sha256).catch((error: unknown) => {
      throw storageError(error, "Reading an object");
    });
    if (file) return { info, content: checked(file, info) };
    // Replaced between the two reads, unless the document still has it.
    if (missing === info.sha256) throw damaged();
    missing = info.sha256;
  }
}

/** Holds the last piece back until all of them have been compared with the hash. */
function checked(file: ReadStream, { sha256 }: ObjectInfo): ReadableStream<Uint8Array> {
  const hash = createHash("sha256");
  const pieces = file[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let held: Uint8Array | undefined;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { done = false, value } = await pieces.next().catch((error: unknown) => {
      throw storageError(error, "Reading an object");
    });
    if (done && hash.digest("hex") !== sha256) throw damaged();
    if (held) controller.enqueue(held);
    if (done) return controller.close();
    hash.update(value);
    const isFirst = held === undefined;
    held = value;
    if (isFirst) await pull(controller);
  };
  return new ReadableStream({ pull, cancel: () => void file.destroy() }, { highWaterMark: 0 });
}

function damaged(): DbError {
  return new DbError("object_damaged", "The object of the document is missing or damaged.", {
    hint: "Store it again. `galen doctor --data` counts such objects.",
  });
}
