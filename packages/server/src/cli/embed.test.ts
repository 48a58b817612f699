import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { quantizationRanges, quantizeEmbeddings, SentenceTransformer, type Precision } from "@galen/core";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { finish, runHere, startCommand } from "../testing/run-command.ts";

const TINY = fileURLToPath(new URL("../../../../testing/golden/tiny-bert", import.meta.url));

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
const path = (name: string) => join(folder.path, name);

// More than a batch of the command, so that ranges of a batch would differ from those of the whole.
const TEXTS = Array.from(
  { length: 600 },
  (_, index) => `the ${"abcdefghij"[index % 10]} text ${index} ${"of sugar ".repeat(index % 7)}`,
);
const SAMPLE = TEXTS.slice(100, 220);
let vectors: Float32Array[];

beforeAll(async () => {
  folder = await temporaryDirectory();
  await writeFile(path("texts.txt"), TEXTS.join("\n"));
  await writeFile(path("sample.txt"), SAMPLE.join("\n"));
  await using transformer = await SentenceTransformer.load(TINY);
  vectors = await transformer.encodeDocument(TEXTS);
});
afterAll(() => folder[Symbol.asyncDispose]());

const run = (...args: readonly string[]) => runHere("embed", "--model", TINY, ...args);

async function npy(name: string): Promise<{ header: string; bytes: Buffer }> {
  const file = await readFile(path(name));
  return { header: file.toString("latin1", 10, 128), bytes: file.subarray(128) };
}

async function lines(name: string): Promise<number[][]> {
  const text = await readFile(path(name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { embedding: number[] }).embedding);
}

describe("embed --quantize", () => {
  it.each([
    ["int8", "|i1", 48],
    ["uint8", "|u1", 48],
    ["binary", "|i1", 6],
    ["ubinary", "|u1", 6],
  ] as const)("%s takes its ranges from all texts, not from a batch of them", async (precision, dtype, columns) => {
    const name = `${precision}.npy`;
    const { code, err } = await run("--input", path("texts.txt"), "--output", path(name), "--quantize", precision);
    expect([code, err]).toEqual([0, expect.stringContaining(`as 48 numbers each, stored as ${precision} to `)]);
    expect(err.includes("comparable only with the same --calibration")).toBe(precision.endsWith("int8"));
    const { header, bytes } = await npy(name);
    expect(header).toContain(`{'descr': '${dtype}', 'fortran_order': False, 'shape': (600, ${columns}), }`);
    expect(bytes).toEqual(stored(precision));
    expect((await readdir(folder.path)).filter((file) => file.includes("partial"))).toEqual([]);
  });

  it("takes the ranges of a calibration file, so that other texts get comparable vectors", async () => {
    const how = ["--quantize", "int8", "--calibration", path("sample.txt")];
    await run("--input", path("texts.txt"), "--output", path("all.npy"), ...how);
    await writeFile(path("one.txt"), `${TEXTS[7]}\n`);
    const one = await run("--input", path("one.txt"), "--output", path("one.npy"), ...how);
    expect([one.code, one.err]).toEqual([0, expect.not.stringContaining("!")]);
    const all = await npy("all.npy");
    expect(all.bytes).toEqual(stored("int8", vectors.slice(100, 220)));
    expect((await npy("one.npy")).bytes).toEqual(all.bytes.subarray(7 * 48, 8 * 48));
  });

  it("warns of ranges that rest on few texts", async () => {
    await writeFile(path("few.txt"), SAMPLE.slice(0, 5).join("\n"));
    const { err } = await run("--input", path("few.txt"), "--quantize", "uint8", "--calibration", path("few.txt"));
    expect(err).toContain("! ranges of 5 texts only");
  });

  it("prints whole numbers as JSON lines", async () => {
    const { code, out } = await run("--input", path("sample.txt"), "--quantize", "int8");
    const first = (JSON.parse(out.split("\n")[0] ?? "") as { embedding: number[] }).embedding;
    expect([code, first.length, first.every((value) => Number.isInteger(value) && Math.abs(value) <= 128)]).toEqual([
      0,
      48,
      true,
    ]);
  });
});

describe("embed", () => {
  it("shortens, then scales", async () => {
    await run("--input", path("sample.txt"), "--output", path("short.jsonl"), "--truncate-dim", "5", "--normalize");
    const rows = await lines("short.jsonl");
    expect(rows).toHaveLength(SAMPLE.length);
    rows.forEach((row, index) => {
      const whole = vectors[100 + index]?.subarray(0, 5) ?? [];
      const norm = Math.hypot(...whole);
      expect(row).toEqual([...whole].map((value) => expect.closeTo(value / norm, 5)));
    });
  });

  it("puts a prompt before the texts: its own, the model's, or the one of the kind", async () => {
    await writeFile(path("two.txt"), "sugar\nblood\n");
    await writeFile(path("prompted.txt"), "the query sugar\nthe query blood\n");
    const embedded = async (...args: readonly string[]) => (await run("--input", path("two.txt"), ...args)).out;
    const expected = (await run("--input", path("prompted.txt"))).out;
    expect(await embedded("--prompt", "the query ")).toBe(expected);
    expect(await embedded("--prompt-name", "query")).toBe(expected);
    expect(await embedded("--kind", "query")).toBe(expected);
    expect(await embedded()).not.toBe(expected);
  });

  it("says which texts were cut off", async () => {
    const long = "sugar ".repeat(200);
    await writeFile(path("long.txt"), [...TEXTS.slice(0, 520).fill("short"), long, "short", long].join("\n"));
    const { code, err } = await run("--input", path("long.txt"), "--output", path("long.npy"));
    expect([code, err]).toEqual([
      0,
      expect.stringContaining("! 2 texts had more than 40 tokens and lost the end: lines 521, 523\n"),
    ]);
  });

  it.each([
    ["ranges for bits", ["--quantize", "binary", "--calibration", "sample.txt"], 2, "usage", ""],
    ["another precision", ["--quantize", "int4"], 2, "usage", "ubinary"],
    ["a dimension of 0", ["--truncate-dim", "0"], 2, "usage", "from 1"],
    ["more numbers than the model has", ["--truncate-dim", "49"], 2, "usage", "the model's 48"],
    ["two prompts", ["--prompt", "a", "--prompt-name", "query"], 2, "usage", ""],
    ["a prompt that the model lacks", ["--prompt-name", "qurey"], 2, "usage", "It has query, document"],
    ["an inherited prompt", ["--prompt-name", "constructor"], 2, "usage", "no prompt named"],
    [
      "a calibration file that is not there",
      ["--quantize", "int8", "--calibration", "nowhere.txt"],
      1,
      "input_unreadable",
      "",
    ],
    [
      "a calibration file of one text",
      ["--quantize", "int8", "--calibration", "one-text.txt"],
      1,
      "input_unreadable",
      "fewer than two",
    ],
    ["ranges of one text", ["--quantize", "uint8", "--input", "one-text.txt"], 2, "usage", "--calibration"],
  ])("refuses %s", async (_name, args, expected, codeName, message) => {
    await writeFile(path("one-text.txt"), "sugar\n");
    const named = args.map((arg) => (arg.endsWith(".txt") ? path(arg) : arg));
    const { code, out, err } = await run("--input", path("texts.txt"), "--output", path("never.npy"), ...named);
    expect([code, out]).toEqual([expected, ""]);
    expect(err).toContain(`code:  ${codeName} `);
    expect(err).toContain(message);
    expect((await readdir(folder.path)).filter((file) => file.startsWith("never"))).toEqual([]);
  });

  it("stops at Ctrl-C while it waits for more to read", async () => {
    const child = startCommand(["embed", "--model", TINY]);
    using _ended = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
    const closed = Promise.withResolvers<number | null>();
    child.on("close", closed.resolve);
    // The vectors of the first batch say that the rest of the second is being waited for.
    child.stdout?.once("data", () => child.kill("SIGINT"));
    child.stdin?.write(`${TEXTS.join("\n")}\n`);
    expect(await closed.promise).toBe(130);
  });

  it("leaves nothing behind after Ctrl-C", async () => {
    await writeFile(
      path("many.txt"),
      Array.from({ length: 20_000 }, (_, index) => `Text ${index} of many. `.repeat(8)).join("\n"),
    );
    for (const output of ["stopped.npy", "stopped.jsonl"]) {
      const child = startCommand([
        "embed",
        "--input",
        path("many.txt"),
        "--output",
        path(output),
        "--quantize",
        "int8",
      ]);
      using _ended = { [Symbol.dispose]: () => void child.kill("SIGKILL") };
      const stopping = finish(child);
      await appears(`${output}.partial`);
      child.kill("SIGINT");
      expect(await stopping).toMatchObject({ code: 130, out: "", err: expect.stringContaining("code:  interrupted ") });
      expect((await readdir(folder.path)).filter((file) => file.startsWith("stopped"))).toEqual([]);
    }
  });
});

/** The bytes of the vectors, quantized at once by the library. */
function stored(precision: Precision, calibration = vectors): Buffer {
  const rows = quantizeEmbeddings(vectors, { precision, ranges: quantizationRanges(calibration) });
  return Buffer.concat(rows.map((row) => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)));
}

async function appears(name: string): Promise<void> {
  await expect.poll(() => readdir(folder.path), { timeout: 20_000 }).toContain(name);
}
