import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPaths } from "./paths/add.ts";
import { appearancePaths } from "./paths/appearance.ts";
import { askPaths } from "./paths/ask.ts";
import { collectionPaths, emptyServerPaths } from "./paths/collections.ts";
import { documentPaths } from "./paths/documents.ts";
import { hostilePaths } from "./paths/hostile.ts";
import { privacyPaths } from "./paths/privacy.ts";
import { searchPaths } from "./paths/search.ts";
import { serverGonePaths } from "./paths/server-gone.ts";
import { Stage } from "./stage.ts";

/** One server and one browser for all paths: starting them and embedding the demo collection takes most of the time. */
let stage: Stage;
const onStage = () => stage;

beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

describe("a server without collections", () => {
  emptyServerPaths(onStage);
});

describe("with the demo collection", () => {
  beforeAll(() => stage.fillDemo());
  describe("collections", () => {
    collectionPaths(onStage);
  });
  describe("search", () => {
    searchPaths(onStage);
  });
  describe("documents", () => {
    documentPaths(onStage);
  });
  describe("ask", () => {
    askPaths(onStage);
  });
  describe("add", () => {
    addPaths(onStage);
  });
  describe("hostile content", () => {
    hostilePaths(onStage);
  });
  describe("privacy", () => {
    privacyPaths(onStage);
  });
  describe("appearance", () => {
    appearancePaths(onStage);
  });
  describe("the server goes away", () => {
    serverGonePaths(onStage);
  });
});

test("in all of this no policy was violated, no error was logged, and nobody but the server was asked", () => {
  expect(stage.faults).toEqual([]);
});

// Last, because it leaves faults behind: an account that notices nothing would make the test above worthless.
test("the account notices a violation and an error, and the policy stops a request to another origin", async () => {
  const page = await stage.page();
  await page.evaluate(async () => {
    document.body.setAttribute("style", "color: red");
    await fetch("http://127.0.0.2:9/").catch(() => console.error("refused by the policy"));
  });
  const seen = () => stage.faults.join("\n");
  await expect.poll(seen).toMatch(/policy violated: style-src/);
  await expect.poll(seen).toMatch(/policy violated: connect-src/);
  await expect.poll(seen).toMatch(/refused by the policy/);
  await page.context().close();
});
