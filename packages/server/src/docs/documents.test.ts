import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { problemKinds } from "../problem.ts";
import { DOCS_FOLDER, generatedDocuments } from "./documents.ts";

const documents = generatedDocuments();

it.each(Object.keys(documents))("docs/%s is up to date (pnpm --filter @galen/server run docs)", async (name) => {
  expect(await readFile(new URL(name, DOCS_FOLDER), "utf8")).toBe(documents[name]);
});

it("explains every error code under an anchor of its own", () => {
  const anchors = [...(documents["errors.md"] ?? "").matchAll(/^### (\S+)$/gm)].map(([, code]) => code ?? "");
  expect(new Set(anchors)).toEqual(new Set(Object.keys(problemKinds)));
  expect(anchors).toHaveLength(Object.keys(problemKinds).length);
});

it("refers to no schema that is not there", () => {
  const text = documents["openapi.json"] ?? "";
  const { components } = JSON.parse(text) as { components: { schemas: object } };
  const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((name) => name === undefined || !(name in components.schemas))).toEqual([]);
});
