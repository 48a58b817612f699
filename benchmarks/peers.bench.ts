// `npm run bench -- peers [--python FOLDER] [--corpus FOLDER] [--rounds N] [--limit-documents N] [--only A,B]
// [--output FILE]`: the documents of a BEIR folder indexed and searched by Galen and by txtai in one run. README.md says how.
import { writeFile } from "node:fs/promises";
import { readOptions } from "./peers/options.ts";
import { printResults } from "./peers/print.ts";
import { runBenchmark } from "./peers/run-benchmark.ts";

const options = readOptions(process.argv.slice(2));
const results = await runBenchmark(options);
await writeFile(options.output, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(printResults(results));
