import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./command.ts";
import { typescriptBlocks, typescriptExamples } from "./markdown-blocks.ts";

const run = promisify(execFile);
const mark = (index: number) => `=== example ${index}`;

/** What each example of a page prints, all run in one process behind the page's first block. @param name of a file that git ignores */
export async function exampleOutputs(page: string, name: string): Promise<Map<number, string>> {
  const [setUp = ""] = typescriptBlocks(page);
  const blocks = typescriptExamples(page).map(({ code }, index) => `console.log("${mark(index)}");\n{\n${code}\n}`);
  // Inside the workspace, so that the packages resolve as they do for a user who installed them.
  const file = join(root, "examples", `.${name}-example.ts`);
  writeFileSync(file, [setUp, ...blocks].join("\n"));
  try {
    const env = { ...process.env, HF_HUB_OFFLINE: "1" };
    const { stdout } = await run(process.execPath, ["--conditions=@galen/source", file], { cwd: root, env });
    const outputs = stdout.matchAll(/^=== example (\d+)\n([^]*?)(?=^=== example|(?![^]))/gm);
    return new Map(Array.from(outputs, ([, index = "", output = ""]) => [Number(index), output]));
  } finally {
    rmSync(file, { force: true });
  }
}
