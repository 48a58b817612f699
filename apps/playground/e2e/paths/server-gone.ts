import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";
import { shownHits } from "./search.ts";

/** Chromium's own lines about requests that found nobody. */
const expected = /Failed to load resource|net::ERR_/;

const banner = (page: Page) => page.getByRole("alert").filter({ hasText: "does not answer" });

export function serverGonePaths(stage: () => Stage): void {
  test("search: a banner within 3 s, results and input stay, and it goes on by itself", async () => {
    const page = await stage().page({ at: "#/c/demo/search?q=metformin", expected });
    const hits = await shownHits(page);
    await stage().server.kill();
    await page.getByRole("searchbox").fill("metformin in children");
    await banner(page).waitFor({ timeout: 3_000 });
    expect(await page.locator("[data-hit]").count()).toBe(hits.length);
    expect(await page.getByRole("searchbox").inputValue()).toBe("metformin in children");
    await stage().picture(page, "server-gone");
    await page.getByRole("button", { name: "Try now" }).click();
    expect(await banner(page).isVisible()).toBe(true);
    await stage().server.start();
    await banner(page).waitFor({ state: "detached" });
    const wanted = await stage().server.client.search("demo", { query: "metformin in children", limit: 10 });
    await expect.poll(() => shownHits(page)).toEqual(wanted.hits.map(({ id }) => id));
    await page.context().close();
  });

  test("ask: the question waits for the server and is answered without being asked again", async () => {
    const page = await stage().page({ at: "#/c/demo/ask", expected });
    await page.getByRole("textbox").fill("What is the first-line drug for type 2 diabetes?");
    await stage().server.kill();
    await page.getByRole("textbox").press("Enter");
    await banner(page).waitFor({ timeout: 3_000 });
    await page.getByRole("textbox").fill("Typed while nobody answers");
    await stage().server.start();
    await page.locator("[data-citation]").first().waitFor({ timeout: 30_000 });
    expect(await page.getByRole("textbox").inputValue()).toBe("Typed while nobody answers");
    await page.context().close();
  });

  test("add: a task that the server lost is told as lost, and nothing spins for ever", async () => {
    const { client } = stage().server;
    await client.collections.create({ name: "lost" });
    const page = await stage().page({ at: "#/c/lost/add", expected });
    const lines = Array.from({ length: 4_000 }, (_, index) =>
      JSON.stringify({ id: `r${index}`, text: `Record ${index} of many. `.repeat(12) }),
    );
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "lost.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(lines.join("\n")) });
    await page.locator("[data-task][data-state=running]").waitFor();
    await stage().server.kill();
    await banner(page).waitFor({ timeout: 3_000 });
    await stage().server.start();
    await page.locator("[data-task][data-state=failed]").waitFor({ timeout: 30_000 });
    expect(await page.locator("[data-task]").innerText()).toContain("task_lost");
    await stage().picture(page, "task-lost");
    await page.context().close();
  });

  test("another program on the port, and a server that is overloaded, are said in words", async () => {
    const page = await stage().page({ at: "#/c/demo/search", expected });
    await page.route("**/search", (route) => route.fulfill({ contentType: "text/html", body: "<h1>It works</h1>" }));
    await page.getByRole("searchbox").fill("metformin");
    await page.getByText("What the address answered is not JSON.").waitFor();
    await stage().picture(page, "not-galen");
    await page.unrouteAll();
    const problem = {
      type: "about:blank",
      title: "Busy",
      status: 503,
      code: "overloaded",
      detail: "Busy.",
      instance: "/",
      request_id: "1",
    };
    let refused = 0;
    await page.route("**/search", (route) => {
      refused += 1;
      if (refused > 1) return route.continue();
      return route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
    });
    await page.getByRole("searchbox").fill("metformin in children");
    expect(await shownHits(page)).not.toEqual([]);
    expect(refused).toBe(2);
    await page.context().close();
  });
}
