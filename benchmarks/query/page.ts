import type { Machine } from "@galen/testing";
import { table, thousands } from "../markdown.ts";
import { queryParts } from "./measure-query.ts";
import type { QueryPart, QueryTimes } from "./measure-query.ts";

/** benchmarks/results/query.json */
export interface QueryResults {
  readonly benchmark: "query";
  readonly date: string;
  readonly machine: Machine;
  readonly load_average_before: readonly number[];
  readonly rounds: number;
  readonly queries: readonly QueryTimes[];
}

/** What the parts are, for whoever reads the table. */
export const meanings: Readonly<Record<QueryPart, string>> = {
  session: "the session: kernels and what onnxruntime does between them",
  messages: "messages to the worker thread and back",
  tokenizing: "tokenizing",
  rest: "the rest: checks, batches, promises, copies, and threads that wake up",
};

/** The section on one query of docs/performance.md. */
export function querySection({ date, machine, load_average_before, rounds, queries }: QueryResults): string {
  const [first] = queries;
  const rows = queryParts.map((part) => [meanings[part], ...queries.map(({ parts_us }) => thousands(parts_us[part]))]);
  const whole = ["`encodeQuery`, p50", ...queries.map(({ whole_ms }) => thousands(Math.round(whole_ms.p50 * 1000)))];
  return `## One query

Printed by \`npm run bench -- query\` on ${date.slice(0, 10)}: where the time of one query of ${first?.tokens ?? 0} tokens goes, ${rounds * 10} of them in turns of ten with a pause
before each turn, after a bulk load has started two workers. The parts are measured in turns, so they add up by the rest.

Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.instructions.join(" ")}; Node ${machine.node}; load average before: ${load_average_before.join(", ")}.

${table(["µs, median", ...queries.map(({ precision }) => precision)], [...rows, whole])}

A core that was idle takes a few queries to come back. The session alone, in µs, from the first query of a turn (which does not count above) to the last:
${queries.map(({ precision, session_in_turn_us: times }) => `${precision} ${times.map(thousands).join(" · ")}`).join("; ")}.

${queries.map(operatorsText).join("\n\n")}`;
}

function operatorsText({ precision, nodes, operators }: QueryTimes): string {
  const rows = operators
    .filter(({ percent }) => percent >= 2)
    .map(({ operator, count, percent }) => [operator, `${count}`, `${percent} %`]);
  return `Of the kernels of **${precision}** (${nodes} nodes, under onnxruntime's profiler, which adds a little to each):

${table(["operator", "nodes", "share"], rows)}`;
}
