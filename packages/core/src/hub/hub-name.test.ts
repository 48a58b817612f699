import * as fc from "fast-check";
import { expect, test } from "vitest";

import { askedModel, fullName } from "./hub-name.ts";
import { caseCollision, isRepositoryPath } from "./repository-path.ts";

test.each([
  ["org/model", { id: "org/model", folder: "", revision: "main" }],
  ["gpt2", { id: "gpt2", folder: "", revision: "main" }],
  ["org/model@v1.0", { id: "org/model", folder: "", revision: "v1.0" }],
  ["org/model@refs/pr/3", { id: "org/model", folder: "", revision: "refs/pr/3" }],
  ["org/model/sub/folder@main", { id: "org/model", folder: "sub/folder", revision: "main" }],
])("%s", (name, parts) => {
  expect(askedModel(name)).toEqual(parts);
});

test("the option overrules what follows the @", () => {
  expect(askedModel("org/model@one", { revision: "two" }).revision).toBe("two");
});

test.each(
  [
    "",
    "/",
    "org/",
    "/model",
    "..",
    "org/..",
    "../model",
    "a--b/c",
    "org/.hidden",
    "org/model.git",
    "org/model/../x",
  ].concat([
    "org/model@",
    "org/model@../x",
    "org/model@a//b",
    "org/model@a@b",
    "org/mo\0del",
    "org\\model",
    "org/mo del",
    "é/model",
    "-/x",
    `a/${"b".repeat(95)}`,
  ]),
)("%j is no name", (name) => {
  expect(() => askedModel(name)).toThrow(expect.objectContaining({ code: "model_not_found" }));
});

test("a name never leads out of the cache", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "1", ".", "-", "/", "@", "\\", "_") }), (name) => {
      let asked;
      try {
        asked = askedModel(name);
      } catch {
        return;
      }
      const parts = [...fullName(asked).split("/"), ...asked.revision.split("/")];
      expect(parts.every((part) => part !== "" && !part.startsWith(".") && !part.includes(".."))).toBe(true);
    }),
  );
});

test.each(
  [
    "../x",
    "/etc/passwd",
    "a/../b",
    "a\\b",
    "nul\0",
    "C:/x",
    "x:stream",
    "a//b",
    "a/",
    "",
    "con",
    "aux.json",
    "com1",
    "x.",
    "x ",
    "x\n",
  ].concat(["a/./b", "*", `${"x/".repeat(300)}x`]),
)("%j is no path of a repository", (path) => {
  expect(isRepositoryPath(path)).toBe(false);
});

test("the paths that models have are", () => {
  for (const path of ["config.json", "1_Pooling/config.json", "onnx/model.onnx_data", "a b/ü.txt", ".gitattributes"]) {
    expect(isRepositoryPath(path)).toBe(true);
  }
});

test("names that differ in case or in Unicode form collide", () => {
  expect(caseCollision(["a", "b", "A"])).toEqual(["a", "A"]);
  expect(caseCollision(["é", "e\u0301"])).toEqual(["é", "e\u0301"]);
  expect(caseCollision(["a", "b", "a"])).toBeUndefined();
});
