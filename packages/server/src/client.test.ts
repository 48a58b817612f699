import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

/** The page has a size budget: what the client imports at run time, it loads. Types cost nothing. */
it("needs nothing at run time but its own files and a parser of event streams", async () => {
  const seen = new Set<string>();
  const queue = [new URL("client.ts", import.meta.url)];
  for (const file of queue) {
    const source = await readFile(file, "utf8");
    for (const [, clause = "", name = ""] of source.matchAll(/^(?:import|export) ([^;]*?) ?from "([^"]+)";$/gm)) {
      if (clause.startsWith("type ")) continue;
      if (name.startsWith(".")) queue.push(new URL(name, file));
      else seen.add(name);
    }
  }
  expect(queue.map(({ pathname }) => pathname.split("/").at(-1))).toEqual([
    "client.ts",
    "transport.ts",
    "galen-http-error.ts",
    "galen-http-error.ts",
  ]);
  expect([...seen]).toEqual(["eventsource-parser/stream"]);
});
