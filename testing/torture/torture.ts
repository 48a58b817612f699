// `npm run torture [-- --seed N --only kill,power --scale twin|short|long --output FILE]`: hurts a database in every way we know
// and prints what it lost. docs/reliability.md says what is promised; its table is the file that this writes.
import { readOptions } from "./options.ts";
import { writeResults } from "./results.ts";
import { runScenario } from "./run-scenario.ts";
import type { ScenarioResult } from "./run-scenario.ts";
import { isPassed } from "./scenario.ts";
import { failureReport, resultTable } from "./table.ts";

process.once("SIGINT", () => process.exit(130));
const { only, output, ...run } = readOptions(process.argv.slice(2));
const results: ScenarioResult[] = [];
for (const name of only) {
  const onProgress = (what: string) => process.stderr.write(process.stderr.isTTY ? `\r\u001B[K${name}: ${what}` : "");
  onProgress(`seed ${run.seed}`);
  results.push(await runScenario(name, { ...run, onProgress }));
  onProgress("done\n");
  writeResults(output, results);
}
process.stdout.write(`${resultTable(results)}\n`);
if (!results.every(isPassed)) {
  process.stderr.write(`\n${failureReport(results)}\n`);
  process.exitCode = 1;
}
