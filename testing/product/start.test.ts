import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { describe, expect, it } from "vitest";
import { root, start } from "./command.ts";

const bootstrap = join(root, "scripts/bootstrap.mjs");
const SECOND_START_MS = 3_000;

describe("npm start", () => {
  it("indexes the demo once, prints the URLs and a cited answer, and serves again in under 3 s", async () => {
    await using directory = await temporaryDirectory();
    const args = [bootstrap, "start", "--port", "0", "--data", join(directory.path, "data")];
    {
      await using first = start(process.execPath, args);
      const output = await first.printed(/Press Ctrl-C/);
      expect(output).toMatch(/page {2}http:\/\/127\.0\.0\.1:\d+\//);
      expect(output).toMatch(/\[1\].*\n.*“.+”/);
      expect(await collections(output)).toEqual([["demo", 235]]);
    }
    const begin = performance.now();
    await using second = start(process.execPath, args);
    const output = await second.printed(/page {2}http/);
    const seconds = performance.now() - begin;
    expect(await collections(output)).toEqual([["demo", 235]]);
    expect(seconds).toBeLessThan(SECOND_START_MS);
  });

  it("stops cleanly on SIGTERM", async () => {
    await using directory = await temporaryDirectory();
    const server = start(process.execPath, [
      bootstrap,
      "galen",
      "serve",
      "--port",
      "0",
      "--data",
      join(directory.path, "data"),
    ]);
    await server.printed(/page {2}http/);
    await server[Symbol.asyncDispose]();
    expect(server.child.exitCode).toBe(0);
  });
});

async function collections(output: string): Promise<[string, number][]> {
  const url = output.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0] ?? "";
  const response = await fetch(`${url}/v1/collections`);
  const body = (await response.json()) as { collections: { name: string; documents: number }[] };
  return body.collections.map(({ name, documents }) => [name, documents]);
}
