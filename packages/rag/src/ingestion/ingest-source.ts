import type { Collection, StoreProgress } from "@galen/db";
import { RagError } from "../errors.ts";
import type { LoadedDocument, LoadedRecord } from "../loaders/loader.ts";
import { unpack } from "../loaders/unpack.ts";
import { hashSource, readMemory, startHash, writeMemory, type Reading } from "./fingerprint.ts";
import type { Source } from "./source.ts";
import type { Tally } from "./tally.ts";

/** Documents stored at once: enough to sort texts by length for the model, few enough that little is held. */
const BATCH_DOCUMENTS = 256;
/** Characters stored at once: some documents are books. */
const BATCH_CHARACTERS = 1_000_000;

export interface IngestContext {
  readonly collection: Collection;
  readonly reading: Reading;
  readonly tally: Tally;
  readonly signal: AbortSignal | undefined;
}

/** Stores the documents of one source, unless it is the one that was read the last time. A bad source is a failure of the report. */
export async function ingestSource(source: Source, context: IngestContext): Promise<void> {
  const { tally, signal } = context;
  const bytesBefore = tally.bytesRead;
  tally.report("reading", source.name);
  try {
    if (!(await skipUnchanged(source, context))) await new SourceRun(source, context).run();
  } catch (error) {
    if (signal?.aborted === true) tally.aborted = true;
    else if (error instanceof RagError) tally.fail({ source: source.name }, error);
    else throw error;
  }
  tally.files += 1;
  tally.bytesRead = bytesBefore + source.size;
  tally.report("indexing", source.name);
}

async function skipUnchanged(source: Source, { collection, reading, tally, signal }: IngestContext): Promise<boolean> {
  const remembered = await collection.sources.get(source.name);
  if (remembered === undefined) return false;
  const memory = readMemory(remembered.hash);
  if (memory.content !== (await hashSource(source, reading, signal))) return false;
  if (memory.root !== source.root) {
    const hash = writeMemory({ content: memory.content, root: source.root });
    await collection.sources.set(source.name, { hash, documents: remembered.documents });
  }
  tally.documents += remembered.documents;
  tally.unchanged += remembered.documents;
  tally.skippedDocuments += remembered.documents;
  return true;
}

/** One pass over a source: read, store in batches, and at a clean end remove what is no longer in it. */
class SourceRun {
  readonly #source: Source;
  readonly #context: IngestContext;
  readonly #ids = new Set<string>();
  #batch: LoadedDocument[] = [];
  #characters = 0;
  #clean = true;
  /** The batch under way: while it is stored and its last texts are embedded, the next one is read and cut into passages. */
  #storing: Promise<void> | undefined;
  #storingIds: ReadonlySet<string> = new Set();
  readonly #pending = new Map<object, StoreProgress>();

  constructor(source: Source, context: IngestContext) {
    this.#source = source;
    this.#context = context;
  }

  async run(): Promise<void> {
    const context = this.#context;
    const { loader, name } = this.#source;
    if (loader === undefined) throw unknownFormat(name);
    // From here on the collection may differ from what was remembered; a stopped pass must not leave the old memory.
    await this.#remember("");
    const hash = startHash(context.reading);
    const bytes = unpack(this.#readBytes(hash), name);
    try {
      for await (const record of loader.load(bytes, { ...fieldNames(context.reading), source: name })) {
        context.signal?.throwIfAborted();
        await this.#add(record);
      }
      await this.#store();
    } finally {
      await this.#storing;
    }
    context.signal?.throwIfAborted();
    if (this.#clean) await this.#finish(hash.digest("hex"));
  }

  async *#readBytes(hash: { update(chunk: Uint8Array): unknown }): AsyncIterable<Uint8Array> {
    for await (const chunk of this.#source.open()) {
      this.#context.signal?.throwIfAborted();
      hash.update(chunk);
      this.#context.tally.bytesRead += chunk.length;
      yield chunk;
    }
  }

  async #add(record: LoadedRecord): Promise<void> {
    if ("error" in record) {
      this.#fail(record, record.error);
      return;
    }
    this.#batch.push(record);
    this.#characters += record.document.text.length;
    if (this.#batch.length >= BATCH_DOCUMENTS || this.#characters >= BATCH_CHARACTERS) await this.#store();
  }

  /** Two batches are under way at most, and never two with the same id: the later record of an id is the one that stays. */
  async #store(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#characters = 0;
    const ids = new Set(batch.map(({ document }) => document.id));
    if (!this.#storingIds.isDisjointFrom(ids)) await this.#storing;
    const previous = this.#storing;
    const storing = this.#upsert(batch);
    // Awaited with the next batch or at the end; this only keeps an early failure from counting as unhandled.
    storing.catch(() => undefined);
    [this.#storing, this.#storingIds] = [storing, ids];
    await previous;
  }

  /** Aborted, it drops what is not embedded yet: what is stored is stored whole, and a new run finds it by its content. */
  async #upsert(batch: readonly LoadedDocument[]): Promise<void> {
    const { collection, signal } = this.#context;
    const onProgress = (progress: StoreProgress) => {
      this.#pending.set(batch, progress);
      this.#report();
    };
    try {
      const documents = batch.map(({ document }) => document);
      const options = { source: this.#source.name, onProgress, ...(signal && { signal }) };
      const result = await collection.upsert(documents, options);
      for (const failure of result.failed) this.#fail(batch[failure.index], failure);
      this.#count(result, this.#pending.get(batch)?.passages ?? 0);
    } catch (error) {
      this.#countStored(this.#pending.get(batch));
      throw error;
    } finally {
      this.#pending.delete(batch);
    }
    this.#report();
  }

  #report(): void {
    const under = [...this.#pending.values()];
    const sum = (of: (progress: StoreProgress) => number) => under.reduce((total, progress) => total + of(progress), 0);
    const pending = { documents: sum(({ documents }) => documents), passages: sum(({ passages }) => passages) };
    this.#context.tally.report("indexing", this.#source.name, pending);
  }

  #count(result: { ids: readonly string[]; unchanged: number; duplicates: number }, passages: number): void {
    const { tally } = this.#context;
    const known = this.#ids.size;
    for (const id of result.ids) this.#ids.add(id);
    tally.documents += this.#ids.size - known;
    tally.duplicates += result.duplicates + result.ids.length - (this.#ids.size - known);
    tally.unchanged += result.unchanged;
    tally.passages += passages;
  }

  /** Of a batch that did not come to its end. */
  #countStored({ documents, passages }: StoreProgress = { documents: 0, passages: 0 }): void {
    this.#context.tally.documents += documents;
    this.#context.tally.passages += passages;
  }

  #fail(record: LoadedRecord | undefined, reason: { code: string; message: string; hint?: string | undefined }): void {
    this.#clean = false;
    const id = record === undefined ? undefined : "document" in record ? record.document.id : record.id;
    const line = record?.line;
    const where = { source: this.#source.name, ...(line !== undefined && { line }), ...(id !== undefined && { id }) };
    this.#context.tally.fail(where, reason);
  }

  /** Only after a pass without any failure: a line with a typing mistake must not delete the document it held. */
  async #finish(content: string): Promise<void> {
    const { collection, tally } = this.#context;
    const { deleted } = await collection.delete({ source: this.#source.name, except: [...this.#ids] });
    tally.removed += deleted;
    await this.#remember(content);
  }

  async #remember(content: string): Promise<void> {
    const { name, root } = this.#source;
    const hash = writeMemory({ content, root });
    await this.#context.collection.sources.set(name, { hash, documents: this.#ids.size });
  }
}

function fieldNames({ text, title, id, fieldTypes }: Reading) {
  return {
    ...(text !== undefined && { text }),
    ...(title !== undefined && { title }),
    ...(id !== undefined && { id }),
    fieldTypes,
  };
}

function unknownFormat(name: string): RagError {
  return new RagError("source_format_unknown", `nothing reads a file like ${name}`, {
    hint: "name its format, or convert it to JSON Lines, CSV, Markdown or plain text",
  });
}
