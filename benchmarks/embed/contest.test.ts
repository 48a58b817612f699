import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { runContest } from "./contest.ts";
import type { Contestant } from "./contestants/contestants.ts";

const SERVE = new URL("contestants/serve.ts", import.meta.url).href;

/** Writes down when it begins and ends to encode several texts; the second component of its vectors is its own. */
const PROGRAM = `
import { appendFileSync } from "node:fs";
import { serve } from "${SERVE}";
const [name, log] = process.argv.slice(2);
await serve(async () => {
  if (name === "broken") throw new Error("cannot be loaded");
  return {
    versions: { [name]: "1" },
    encode: async (texts) => {
      if (texts.length > 1) appendFileSync(log, name + " begins\\n");
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (texts.length > 1) appendFileSync(log, name + " ends\\n");
      return texts.map((text) => Float32Array.of(text.length, name === "torch-fp32" ? 0 : text.length));
    },
  };
});`;

test("rounds begin with one after another, one computes at a time, who cannot load is left out", async () => {
  await using directory = await temporaryDirectory();
  const [program, log, texts] = ["program.mjs", "log", "texts.json"].map((name) => join(directory.path, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(program, PROGRAM);
  await writeFile(texts, JSON.stringify(["a", "bb"]));
  const contestants = ["galen-fp32", "broken", "torch-fp32"].map((name): Contestant => {
    return { name, title: name, runtime: "node", program, arguments: [name, log] };
  });
  const workload = { source: "none", file: texts, texts: 2, tokens: 10, query: "q", queryTokens: 3 };
  const result = await runContest({
    contestants,
    task: { model: "", onnx: "", texts, query: "q", threads: 1 },
    workload,
    rounds: 2,
    launch: { python: undefined, pinning: [] },
    folder: directory.path,
    onProgress: () => {},
  });

  const lines = (await readFile(log, "utf8")).trim().split("\n");
  const begun = lines.filter((_, index) => index % 2 === 0).map((line) => line.replace(" begins", ""));
  expect(lines.filter((_, index) => index % 2 === 1)).toEqual(begun.map((name) => `${name} ends`));
  const warmUp = ["galen-fp32", "torch-fp32"];
  expect(begun).toEqual([...warmUp, "galen-fp32", "torch-fp32", "torch-fp32", "galen-fp32"]);
  expect(result.skipped).toEqual([{ name: "broken", reason: "cannot be loaded" }]);
  expect(result.cosine_to).toBe("torch-fp32");
  const [galen, torch] = result.contestants;
  expect(galen?.cosine?.mean).toBeCloseTo(Math.SQRT1_2, 4);
  expect(torch?.cosine).toEqual({ mean: 1, min: 1 });
  expect(Object.keys(galen?.times ?? {})).toEqual(["torch-fp32"]);
  expect(torch?.times["torch-fp32"]?.rounds).toEqual([1, 1]);
  expect(galen?.versions).toEqual({ "galen-fp32": "1" });
});
