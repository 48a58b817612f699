import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { RagError } from "../errors.ts";
import type { LoadedRecord, Loader, LoadOptions } from "./loader.ts";
import { unpack } from "./unpack.ts";

const encoder = new TextEncoder();

/** The bytes in chunks of `size`, so that every border between two bytes is tried. */
export async function* chunked(content: string | Uint8Array, size = 65_536): AsyncIterable<Uint8Array> {
  const bytes = typeof content === "string" ? encoder.encode(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function loadAll(
  loader: Loader,
  bytes: AsyncIterable<Uint8Array>,
  options: Partial<LoadOptions> = {},
): Promise<LoadedRecord[]> {
  const source = `notes${loader.extensions[0] ?? ""}`;
  return Array.fromAsync(loader.load(bytes, { source, ...options }));
}

const documentsOf = (records: readonly LoadedRecord[]): (object & { id?: unknown; title?: unknown })[] =>
  records.map((record) => ("document" in record ? record.document : record.error));

const namesOf = (records: readonly LoadedRecord[]) => documentsOf(records).map(({ id, title }) => ({ id, title }));

async function* failing(start: string): AsyncIterable<Uint8Array> {
  yield encoder.encode(start);
  throw new RagError("source_unreadable", "notes cannot be read (EIO)");
}

/** What holds for every loader. `sample` is a source of the format with one or more documents. */
export function testLoader(loader: Loader, sample: string): void {
  test("gives the same documents however the bytes are cut, and when packed", async () => {
    const whole = documentsOf(await loadAll(loader, chunked(sample)));
    expect(whole.length).toBeGreaterThan(0);
    for (const size of [1, 2, 7]) expect(documentsOf(await loadAll(loader, chunked(sample, size)))).toEqual(whole);
    const packed = chunked(gzipSync(sample), 5);
    expect(documentsOf(await loadAll(loader, unpack(packed, "notes.gz")))).toEqual(whole);
  });

  test("a signature of UTF-8 and line ends of Windows change no id and no title", async () => {
    const windows = `\uFEFF${sample.replaceAll("\n", "\r\n")}`;
    const same = namesOf(await loadAll(loader, chunked(windows, 1)));
    expect(same).toEqual(namesOf(await loadAll(loader, chunked(sample))));
  });

  test("an id is there, stable and without absolute path", async () => {
    const records = await loadAll(loader, chunked(sample), { source: "guides/notes.x" });
    for (const document of documentsOf(records)) expect(document).toMatchObject({ id: expect.stringMatching(/^[^/]/) });
  });

  test("an abort ends it with the signal's reason", async () => {
    const options = { signal: AbortSignal.abort(new Error("enough")) };
    await expect(loadAll(loader, chunked(sample), options)).rejects.toThrow("enough");
  });

  test("stops reading when its reader stops", async () => {
    let closed = false;
    async function* endless(): AsyncIterable<Uint8Array> {
      try {
        yield encoder.encode(sample);
        // As a file does, it gives way between two chunks.
        while (loader.records && !(await setImmediate(false))) yield encoder.encode("\n".repeat(65_536));
      } finally {
        closed = true;
      }
    }
    for await (const record of loader.load(endless(), { source: "notes" })) {
      expect(record).toBeDefined();
      break;
    }
    expect(closed).toBe(true);
  });

  test("an error of the bytes comes through as it is", async () => {
    await expect(loadAll(loader, failing(sample.slice(0, 3)))).rejects.toMatchObject({ code: "source_unreadable" });
  });

  test("bytes that are not UTF-8 are named, never replaced", async () => {
    const bytes = Buffer.concat([encoder.encode(sample), new Uint8Array([0x61, 0xc3, 0x28, 0x0a])]);
    const outcome = await loadAll(loader, chunked(bytes)).then(
      (records) => records.flatMap((record) => ("error" in record ? [record.error] : [])),
      (error: unknown) => [error],
    );
    expect(outcome).toHaveLength(1);
    expect(outcome[0]).toMatchObject({
      code: expect.stringMatching(/^(record|source)_invalid$/),
      message: expect.stringContaining("not valid UTF-8"),
    });
  });

  test("a NUL does not get into a document", async () => {
    const outcome = await loadAll(loader, chunked(`${sample}\0`)).then(documentsOf, (error: unknown) => [error]);
    expect(outcome.filter((one) => one instanceof RagError)).toHaveLength(1);
  });

  test("nothing is no document", async () => {
    const outcome = await loadAll(loader, chunked("")).catch((error: { code?: string }) => error.code);
    expect(outcome).toEqual(loader.records ? [] : "source_invalid");
  });
}
