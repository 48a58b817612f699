import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { ContestantProcess } from "./contestant-process.ts";

const SERVE = new URL("contestants/serve.ts", import.meta.url).href;

async function start(folder: string, program: string): Promise<ContestantProcess> {
  const file = join(folder, "contestant.mjs");
  await writeFile(file, program);
  const contestant = { name: "one", title: "One", runtime: "node", program: file, arguments: [] } as const;
  return new ContestantProcess(contestant, { python: undefined, pinning: [] });
}

test("a contestant loads, encodes, answers queries and writes its vectors", async () => {
  await using directory = await temporaryDirectory();
  const texts = join(directory.path, "texts.json");
  await writeFile(texts, JSON.stringify(["a", "bb"]));
  const encoder = `{ versions: { lengths: "1" }, encode: async (texts) => texts.map((text) => Float32Array.of(text.length, 1)) }`;
  await using process = await start(
    directory.path,
    `import { serve } from "${SERVE}"; await serve(async () => (${encoder}));`,
  );
  const task = { model: "", onnx: "", texts, query: "q", threads: 1 };
  expect(await process.ask({ do: "load", ...task })).toMatchObject({ versions: { lengths: "1" } });
  expect((await process.ask({ do: "encode" })).ms).toBeGreaterThan(0);
  expect((await process.ask({ do: "query", times: 3 })).ms).toHaveLength(3);
  const file = join(directory.path, "vectors.f32");
  expect(await process.ask({ do: "write", file })).toEqual({ dimension: 2 });
  const { readVectors } = await import("./vectors.ts");
  expect(await readVectors(file)).toEqual(Float32Array.of(1, 1, 2, 1));
});

test("what a contestant says went wrong is thrown, and it goes on", async () => {
  await using directory = await temporaryDirectory();
  const program = `import { serve } from "${SERVE}"; await serve(async () => { throw new Error("no such model"); });`;
  await using process = await start(directory.path, program);
  await expect(process.ask({ do: "encode" })).rejects.toThrow("`load`");
  const task = { model: "", onnx: "", texts: "/nowhere", query: "", threads: 1 };
  await expect(process.ask({ do: "load", ...task })).rejects.toThrow("ENOENT");
  await expect(process.ask({ do: "query", times: 1 })).rejects.toThrow("`load`");
});

test("a process that ends without an answer is reported with what it printed", async () => {
  await using directory = await temporaryDirectory();
  await using process = await start(directory.path, `throw new Error("broken from the start");`);
  await expect(process.ask({ do: "encode" })).rejects.toThrow("broken from the start");
});
