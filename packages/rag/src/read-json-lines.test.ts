import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonLines } from "./read-json-lines.ts";

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => void (folder = await temporaryDirectory()));
afterAll(() => folder[Symbol.asyncDispose]());

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

const LINES = '{"a":1}\r\n\n{"a":"ü","b":[]}\n{"a":3}';
const OBJECTS = [
  { value: { a: 1 }, line: 1 },
  { value: { a: "ü", b: [] }, line: 3 },
  { value: { a: 3 }, line: 4 },
];

describe("readJsonLines", () => {
  test.each([
    ["plain", "plain.jsonl", LINES],
    ["gzipped", "packed.jsonl.gz", gzipSync(LINES)],
    ["gzipped without saying so", "packed.jsonl", gzipSync(LINES)],
    ["nothing", "empty.jsonl", ""],
  ])("reads %s", async (_name, file, content) => {
    const objects = await Array.fromAsync(readJsonLines(await written(file, content)));
    expect(objects).toEqual(content === "" ? [] : OBJECTS);
  });

  test("stops when its reader does", async () => {
    const path = await written("long.jsonl.gz", gzipSync(`${'{"a":1}\n'.repeat(50_000)}no json`));
    const lines: number[] = [];
    for await (const { line } of readJsonLines(path)) if (lines.push(line) === 2) break;
    expect(lines).toEqual([1, 2]);
  });

  test("stops at an abort", async () => {
    const path = await written("some.jsonl", LINES);
    await expect(Array.fromAsync(readJsonLines(path, { signal: AbortSignal.abort() }))).rejects.toThrowError("abort");
  });

  test.each([
    ["a line that is no JSON", '{"a":1}\n{"canary"', "record_invalid", "line 2: not valid JSON at column"],
    ["an array", '["canary"]', "record_invalid", "line 1: not a JSON object"],
    ["null", "null", "record_invalid", "line 1: not a JSON object"],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "record_invalid", "line 1: not valid UTF-8"],
    ["a cut archive", gzipSync(LINES.repeat(200)).subarray(0, 60), "source_unreadable", "cut off"],
  ])("refuses %s", async (_name, content, code, message) => {
    const reading = Array.fromAsync(readJsonLines(await written("bad.jsonl", content)));
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(reading).rejects.not.toThrowError("canary");
  });

  test("refuses what is no file", async () => {
    await mkdir(join(folder.path, "folder.jsonl"));
    await expect(Array.fromAsync(readJsonLines(join(folder.path, "none")))).rejects.toMatchObject({
      code: "source_not_found",
    });
    await expect(Array.fromAsync(readJsonLines(join(folder.path, "folder.jsonl")))).rejects.toMatchObject({
      code: "source_unreadable",
    });
  });
});
