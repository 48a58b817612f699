import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generatedFiles } from "./report.ts";

const files = Object.entries(generatedFiles());

test.each(files)("%s holds the figures of the committed results", (path, content) => {
  expect(readFileSync(new URL(path, import.meta.url), "utf8")).toBe(content);
});
