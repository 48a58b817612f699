// `npm run bench -- query [--rounds 20] [--output FILE]`: where the time of one query goes, in fp32 and int8.
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { modelPrecisions } from "@galen/core";
import { writeShippedModel } from "./embed/model-files.ts";
import { QUERY } from "./embed/workload.ts";
import { describeMachine } from "@galen/testing";
import { measureQuery, queryParts } from "./query/measure-query.ts";
import type { QueryTimes } from "./query/measure-query.ts";
import { meanings } from "./query/page.ts";
import type { QueryResults } from "./query/page.ts";
import { round } from "./statistics.ts";

const RESULT = fileURLToPath(new URL("results/query.json", import.meta.url));

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "20" }, output: { type: "string", default: RESULT } },
});

const load_average_before = loadavg().map((load) => round(load, 2));
const rounds = Number(values.rounds);
const folder = await mkdtemp(join(tmpdir(), "galen-query-"));
try {
  const model = join(folder, "all-MiniLM-L6-v2");
  await writeShippedModel(model);
  const queries: QueryTimes[] = [];
  for (const precision of modelPrecisions) queries.push(await measureQuery(precision, { model, query: QUERY, rounds }));
  const machine = describeMachine();
  const date = new Date().toISOString();
  const results: QueryResults = { benchmark: "query", date, machine, load_average_before, rounds, queries };
  writeFileSync(values.output, `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(queries.map(lines).join(""));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function lines({ precision, tokens, whole_ms, parts_us, session_in_turn_us, nodes, operators }: QueryTimes): string {
  const parts = queryParts.map((part) => `  ${String(parts_us[part]).padStart(6)} µs  ${meanings[part]}`);
  const shares = operators.filter(({ percent }) => percent >= 2).map(({ operator, count, percent }) => `${operator} ${percent} % (${count})`); // prettier-ignore
  return [
    `${precision}, ${tokens} tokens: p50 ${whole_ms.p50} ms, p95 ${whole_ms.p95} ms`,
    ...parts,
    `  the session by its place in a turn, µs: ${session_in_turn_us.join(" ")}`,
    `  ${nodes} nodes: ${shares.join(", ")}`,
    "",
  ].join("\n");
}
