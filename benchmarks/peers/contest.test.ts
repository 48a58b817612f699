import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import type { Contestant } from "../embed/contestants/contestants.ts";
import { runContest } from "./contest.ts";
import { peersSection } from "./page.ts";

const ANSWER = new URL("../embed/contestants/answer-requests.ts", import.meta.url).href;

/** Ranks d1 first, or last where its name says so; a file remembers whose turn it was. */
const PROGRAM = `
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerRequests } from "${ANSWER}";
const [name, log] = process.argv.slice(2);
await answerRequests({
  load: async ({ folder }) => {
    if (name === "broken") throw new Error("cannot be loaded");
    writeFileSync(join(folder, "index"), Buffer.alloc(2 ** 20));
    return { ms: 1, versions: { [name]: "1" } };
  },
  index: async () => ({ ms: 2_000, documents: name === "forgetful" ? 1 : 4 }),
  search: async ({ mode, queries, limit }) => {
    if (limit === 10) appendFileSync(log, mode + " " + name + "\\n");
    const ids = name === "txtai" ? ["d3", "d2", "d1"] : ["q1", "d1", "d2", "d3"];
    return { ms: queries.map(() => (name === "txtai" ? 8 : 4)), ids: queries.map(() => ids.slice(0, limit)) };
  },
});`;

test("all are asked in turns, judged by the same metrics, and who fails is left out with the reason", async () => {
  await using directory = await temporaryDirectory();
  const [program, log] = [join(directory.path, "program.mjs"), join(directory.path, "log")];
  await writeFile(program, PROGRAM);
  const contestants = ["galen-fp32", "broken", "forgetful", "txtai"].map((name): Contestant => {
    return { name, title: name, runtime: "node", program, arguments: [name, log] };
  });
  const queries = Array.from({ length: 60 }, (_, at) => ({
    id: `q${at}`,
    text: `query ${at}`,
    judgments: new Map([["d1", 1]]),
  }));
  const result = await runContest({
    contestants,
    model: "",
    documents: { file: "", count: 4 },
    queries,
    rounds: 1,
    launch: { python: undefined, pinning: [] },
    folder: directory.path,
    onProgress: () => {},
  });

  expect(result.skipped).toEqual([
    { name: "broken", reason: "cannot be loaded" },
    { name: "forgetful", reason: "forgetful has indexed 1 of 4" },
  ]);
  const [galen, txtai] = result.contestants;
  expect(galen).toMatchObject({
    versions: { "galen-fp32": "1" },
    index_seconds: 2,
    documents_per_second: 2,
    disk_mb: 1,
  });
  // "q1" is the second query itself there, which does not count; d1 is second for the 59 others.
  const expected = (59 / Math.log2(3) + 1) / 60;
  expect(galen?.modes.dense["ndcg@10"]).toBeCloseTo(expected, 4);
  expect(txtai?.modes.dense).toMatchObject({ "recall@10": 1, "mrr@10": 0.3333, p50_ms: 8, p95_ms: 8 });
  const turns = (await readFile(log, "utf8")).trim().split("\n");
  const hybrid = turns.filter((turn) => turn.startsWith("hybrid")).map((turn) => turn.split(" ")[1]);
  expect(hybrid).toEqual(["galen-fp32", "txtai", "galen-fp32", "txtai", "txtai", "galen-fp32"]);

  const machine = { cpu: "CPU", cores: 2, memory_gb: 1, instructions: [], os: "os", node: "24" };
  const page = peersSection({
    date: "2026-01-01T00:00:00Z",
    machine,
    load_average: [[1], [2]],
    dataset: "tiny",
    documents: 4,
    queries: 60,
    ...result,
  });
  expect(page).toContain("| hybrid: galen-fp32 |");
  expect(page).toContain("| 4.0 | 4.0 | 2.00 |");
  expect(page).toContain("forgetful did not take part: forgetful has indexed 1 of 4");
});
