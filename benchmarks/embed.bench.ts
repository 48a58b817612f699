// `npm run bench -- embed`: Galen and its peers on the same texts and cores, round by round. README.md has the options.
import { writeFile } from "node:fs/promises";
import { readOptions } from "./embed/options.ts";
import { printResults } from "./embed/print.ts";
import { runBenchmark } from "./embed/run-benchmark.ts";

process.once("SIGINT", () => process.exit(130));
const options = readOptions(process.argv.slice(2));
const results = await runBenchmark(options);
await writeFile(options.output, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(printResults(results));
