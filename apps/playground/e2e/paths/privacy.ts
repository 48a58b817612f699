import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { GalenServer } from "../galen-server.ts";
import type { Stage } from "../stage.ts";
import { ask } from "./ask.ts";
import { shownHits } from "./search.ts";

/** Two words that stand nowhere else: wherever they turn up, a query or a question has leaked. */
const CANARY = "quokkacanary";
const KEY = "test-key-of-the-playground";

export function privacyPaths(stage: () => Stage): void {
  test("what is searched and asked occurs in no request address, no server log and no storage", async () => {
    const page = await stage().page({ at: "#/c/demo/search" });
    const addresses: string[] = [];
    page.on("request", (request) => addresses.push(request.url()));
    await page.getByRole("searchbox").fill(`metformin ${CANARY}`);
    await shownHits(page);
    await page.getByRole("link", { name: "Ask", exact: true }).click();
    await ask(page, `What is ${CANARY}?`);
    await page.reload();
    const stored = await page.evaluate(() =>
      [localStorage, sessionStorage].flatMap((storage) => Object.values<string>(storage)).join(),
    );
    expect([...addresses, page.url(), stored].join()).not.toContain(CANARY);
    expect(stage().server.log).not.toContain(CANARY);
    expect(stage().server.log).toContain("/search");
    await page.context().close();
  });

  test("a server with keys is asked for one over the page, which then goes on; the key is stored nowhere", async () => {
    await using data = await temporaryDirectory();
    await using server = await GalenServer.start(data.path, { keys: [KEY] });
    await server.client.collections.create({ name: "locked" });
    const page = await stage().page({ server, expected: /Failed to load resource/ });
    const dialog = page.getByRole("dialog", { name: "This server asks for a key" });
    await dialog.getByLabel("Key").fill("wrong");
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await dialog.waitFor();
    await stage().picture(page, "key");
    await dialog.getByLabel("Key").fill(KEY);
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await page.getByRole("link", { name: "locked" }).waitFor();
    expect(await page.content()).not.toContain(KEY);
    expect(
      await page.evaluate(() =>
        [localStorage, sessionStorage].flatMap((storage) => Object.values<string>(storage)).join(),
      ),
    ).not.toContain(KEY);
    await page.context().close();
  });
}
