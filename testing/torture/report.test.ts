import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generatedFiles } from "./report.ts";

test.each(generatedFiles())("$url holds the figures of the committed results", ({ url, content }) => {
  expect(readFileSync(url, "utf8")).toBe(content);
});
