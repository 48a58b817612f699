import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { runContest } from "./contest.ts";
import type { Peer } from "./contestants/contestants.ts";
import type { Way } from "./protocol.ts";

const ANSWER = new URL("../embed/contestants/answer-requests.ts", import.meta.url).href;

/** Ranks d1 last where it is named txtai, else behind the second query itself; a file remembers whose turn it was. */
const PROGRAM = `
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerRequests } from "${ANSWER}";
const [name, log] = process.argv.slice(2);
await answerRequests({
  load: async ({ folder }) => {
    if (name === "broken") throw new Error("cannot be loaded");
    writeFileSync(join(folder, "index"), Buffer.alloc(2 ** 20));
    return { versions: { [name]: "1" }, max_tokens: 256 };
  },
  index: async () => ({ ms: name === "txtai" ? 4_000 : 2_000, documents: 4, vectors: 4, vector_index: "flat" }),
  search: async ({ mode, index, queries, limit }) => {
    if (limit === 10 && queries.length > 1) appendFileSync(log, [name, mode, index].join(" ") + "\\n");
    const ids = name === "txtai" ? ["d3", "d2", "d1"] : ["q1", "d1", "d2", "d3"];
    const ms = name !== "txtai" ? 4 : index === "flat" ? 10 : 8;
    return { ms: queries.map(() => ms), ids: queries.map(() => ids.slice(0, limit)) };
  },
});`;

const dense: Way = { mode: "dense", index: "default" };
const flat: Way = { mode: "dense", index: "flat" };
const keyword: Way = { mode: "keyword", index: "default" };

async function contest(folder: string, names: readonly string[]) {
  const [program, log] = [join(folder, "program.mjs"), join(folder, "log")];
  await writeFile(program, PROGRAM);
  await writeFile(log, "");
  const contestants = names.map((name): Peer => {
    const ways = name === "txtai" ? [dense, flat] : [dense, keyword];
    return { name, title: name, runtime: name === "python" ? "python" : "node", program, arguments: [name, log], ways };
  });
  const judgments = new Map([["d1", 1]]);
  const result = await runContest({
    contestants,
    corpus: {
      name: "tiny",
      documents: ["d1", "d2", "d3", "d4"].map((id) => ({ id, title: undefined, text: id })),
      queries: Array.from({ length: 30 }, (_, at) => ({ id: `q${at}`, text: `query ${at}`, judgments })),
      limited: false,
    },
    model: "",
    documents: "",
    rounds: 2,
    launch: { python: undefined, pinning: [] },
    folder,
    onProgress: () => {},
  });
  return { ...result, turns: (await readFile(log, "utf8")).trim().split("\n") };
}

test("all search in turns, are judged by the same metrics and compared with txtai round by round", async () => {
  await using directory = await temporaryDirectory();
  const { contestants, turns } = await contest(directory.path, ["galen-fp32", "txtai"]);
  const [galen, txtai] = contestants;

  expect(galen).toMatchObject({ versions: { "galen-fp32": "1" }, max_tokens: 256 });
  expect(galen?.index).toMatchObject({ seconds: 2, documents_per_second: 2, disk_mb: 1, vectors: 4, times: 2 });
  expect(txtai?.index).toMatchObject({ seconds: 4, times: null });
  // "q1" is the second query itself, which does not count; d1 is second for the 29 others.
  const [galenDense, galenKeyword] = galen?.searches ?? [];
  expect(galenDense?.metrics["ndcg@10"]).toBeCloseTo((29 / Math.log2(3) + 1) / 30, 9);
  expect(galenDense).toMatchObject({ p50_ms: { median: 4, rounds: [4, 4] }, times: { median: 2, rounds: [2, 2] } });
  expect(galenKeyword?.times).toBeNull(); // txtai was not asked in this mode
  const [txtaiDense, txtaiFlat] = txtai?.searches ?? [];
  expect(txtaiDense).toMatchObject({
    metrics: { "recall@10": 1, "mrr@10": 1 / 3 },
    p95_ms: { median: 8 },
    times: null,
  });
  expect(txtaiFlat).toMatchObject({ index: "flat", p50_ms: { median: 10 }, times: { median: 0.8 } });

  // Two turns a round, the second one of five queries; each begins with another one.
  expect(turns).toHaveLength(16);
  expect(turns.slice(0, 4)).toEqual([
    "galen-fp32 dense default",
    "galen-fp32 keyword default",
    "txtai dense default",
    "txtai dense flat",
  ]);
  expect(turns.slice(4, 8)).toEqual([...turns.slice(1, 4), turns[0]]);
});

test("who cannot take part is left out with the reason", async () => {
  await using directory = await temporaryDirectory();
  const { contestants, skipped } = await contest(directory.path, ["broken", "python", "galen-fp32"]);
  expect(contestants.map(({ name }) => name)).toEqual(["galen-fp32"]);
  expect(contestants[0]?.index.times).toBeNull();
  expect(skipped).toEqual([
    { name: "broken", reason: "cannot be loaded" },
    { name: "python", reason: expect.stringContaining("setup.sh") },
  ]);
});
