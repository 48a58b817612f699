import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { curlCommand } from "./curl.ts";

/** Runs the command with a `curl` that prints its arguments, one a NUL-ended record. */
function argumentsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test("a shell hands curl exactly the body, whatever the query holds", () => {
  const query = fc.string({
    unit: fc.oneof(fc.constantFrom("'", '"', "$", "`", "\\", "\n", "!", "é", "🩺"), fc.string({ minLength: 1 })),
  });
  fc.assert(
    fc.property(query, (query) => {
      const url = "http://127.0.0.1:8080/v1/collections/medquad/search";
      const given = argumentsOf(curlCommand({ url, body: { query } }));
      expect(given).toContain(url);
      expect(JSON.parse(given.at(-1) ?? "")).toEqual({ query: query.replaceAll("\0", "\0") });
    }),
    { numRuns: 40 },
  );
});
