import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningProcess, root, start } from "./command.ts";
import { consoleBlocks, outputPattern, typescriptBlocks } from "./markdown-blocks.ts";

const run = promisify(execFile);
const readme = readFileSync(join(root, "README.md"), "utf8");
const [startBlock, , ...commands] = consoleBlocks(readme);
const PORT = "http://127.0.0.1:8080";

describe("the README", () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RunningProcess;
  let url: string;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    // The commands stand as a reader types them; only the port and the data folder are the test's own.
    environment = { ...process.env, GALEN_DATA: join(directory.path, "data"), GALEN_PORT: "0" };
    // What `npm start` runs; npm itself would not pass SIGTERM on when the test ends.
    server = start(process.execPath, [join(root, "scripts/bootstrap.mjs"), "start"], { env: environment });
    const output = await server.printed(/Press Ctrl-C/);
    url = output.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0] ?? "";
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });

  it("shows what npm start prints", () => {
    expect(startBlock?.command).toBe("npm start");
    expect(server.output().replaceAll(url, PORT)).toMatch(outputPattern(startBlock?.output ?? ""));
  });

  it("holds commands to run", () => {
    expect(commands.length).toBeGreaterThanOrEqual(4);
  });

  it.each(commands)("$command", async ({ command, output }) => {
    const { stdout } = await run("bash", ["-c", command.replaceAll(PORT, url)], { cwd: root, env: environment });
    expect(stdout).toMatch(outputPattern(output));
  });

  it.each(typescriptBlocks(readme))("library example %#", async (code) => {
    // Inside the workspace, so that the packages resolve as they do for a user who installed them.
    const file = join(root, "examples", ".readme-example.ts");
    writeFileSync(file, code.replaceAll("galen-data/readme", join(directory.path, "library")));
    const { stdout } = await run(process.execPath, ["--conditions=@galen/source", file], { cwd: root });
    expect(stdout).toBe("a\nAspirin lowers the risk of another stroke.\n");
  });

  it("links to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(() => readFileSync(join(root, link)), link).not.toThrow();
  });
});
