import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { ObjectReads } from "./object-store.ts";
import { storageFor } from "./registry.ts";

function contentOf(text: string) {
  const bytes = Buffer.from(text);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}

async function textOf(objects: ObjectReads, hash: string): Promise<string | undefined> {
  const file = await objects.open(hash);
  return file && Buffer.concat(await Array.fromAsync(file as AsyncIterable<Buffer>)).toString();
}

/** What the rest of the package relies on. `newUri` names a place that is not there yet. */
export function objectStoreContract(name: string, newUri: () => Promise<{ readonly uri: string } & AsyncDisposable>) {
  test(`${name}: objects are kept under their hash, for readers too, until they are removed`, async () => {
    await using place = await newUri();
    await using held = await storageFor(place.uri).hold(place.uri);
    const { objects } = held;
    await using _catalogue = await held.openCatalogue();
    const [first, second] = [contentOf("first"), contentOf("second")];
    expect(await Array.fromAsync(objects.list())).toEqual([]);
    expect(await objects.open(first.hash)).toBeUndefined();
    await objects.put(first.hash, first.bytes);
    await Promise.all([objects.put(second.hash, second.bytes), objects.put(second.hash, second.bytes)]);
    const reading = await storageFor(place.uri).read(place.uri);
    expect([await textOf(objects, first.hash), await textOf(reading.objects, second.hash)]).toEqual([
      "first",
      "second",
    ]);
    expect((await Array.fromAsync(objects.list())).flat().sort()).toEqual([first.hash, second.hash].sort());

    const opened = await objects.open(first.hash);
    await objects.remove(first.hash);
    await objects.remove(first.hash);
    expect(await objects.open(first.hash)).toBeUndefined();
    expect(Buffer.concat(await Array.fromAsync((opened ?? []) as AsyncIterable<Buffer>)).toString()).toBe("first");
    await objects.clear();
    expect(await textOf(objects, second.hash)).toBe("second");
  });

  test(`${name}: objects go to files of their own and come from files`, async () => {
    await using place = await newUri();
    await using folder = await temporaryDirectory();
    await using held = await storageFor(place.uri).hold(place.uri);
    const { objects } = held;
    const { bytes, hash } = contentOf("kept");
    const file = join(folder.path, "copy");
    expect(await objects.export(hash, file)).toBe(false);
    await objects.put(hash, bytes);
    expect(await objects.export(hash, file)).toBe(true);
    await objects.remove(hash);
    expect(await readFile(file, "utf8")).toBe("kept");
    await objects.import(hash, file);
    await objects.import(hash, file);
    expect(await textOf(objects, hash)).toBe("kept");
  });

  test(`${name}: an object of the wrong length is written again, and a hash is no path`, async () => {
    await using place = await newUri();
    await using folder = await temporaryDirectory();
    await using held = await storageFor(place.uri).hold(place.uri);
    const { objects } = held;
    const { bytes, hash } = contentOf("whole");
    const cut = join(folder.path, "cut");
    await writeFile(cut, "who");
    await objects.import(hash, cut);
    await objects.put(hash, bytes);
    expect(await textOf(objects, hash)).toBe("whole");
    await expect(objects.put("../../../etc/passwd", bytes)).rejects.toThrow(RangeError);
    await expect(objects.remove("")).rejects.toThrow(RangeError);
  });
}
