import { execFileSync } from "node:child_process";
import type { Hit, SearchRequestInput, SearchResponse } from "@galen/db/schemas";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";

const QUERY = "metformin in kidney disease";
const at = (more = "") => `#/c/demo/search?q=${encodeURIComponent(QUERY)}${more}`;
const request = (more: Partial<SearchRequestInput> = {}): SearchRequestInput => ({
  query: QUERY,
  limit: 10,
  explain: true,
  ...more,
});

const ids = (hits: readonly Hit[]) => hits.map(({ id }) => id);

export async function shownHits(page: Page): Promise<(string | null)[]> {
  await page.locator("[aria-busy=false] [data-hit]").first().waitFor();
  return page.locator("[data-hit]").evaluateAll((hits) => hits.map((hit) => hit.getAttribute("data-hit")));
}

export function searchPaths(stage: () => Stage): void {
  const ask = async (more: Partial<SearchRequestInput> = {}) =>
    (await stage().server.client.search("demo", request(more))).hits;

  test("typing finds what the server finds, in its order, and becomes the address", async () => {
    const page = await stage().page({ at: "#/c/demo/search" });
    await page.getByText("Search the documents").waitFor();
    await stage().picture(page, "search-start");
    await page.getByRole("searchbox").fill(QUERY);
    expect(await shownHits(page)).toEqual(ids(await ask()));
    await expect.poll(() => new URL(page.url()).hash).toBe("#/c/demo/search?q=metformin+in+kidney+disease");
    expect(await page.title()).toBe("metformin in kidney disease · demo · Galen");
    expect(await page.getByTestId("live").innerText()).toMatch(/^10.hits shown$/);
    await stage().picture(page, "search");
    await page.context().close();
  });

  test.each(["hybrid", "keyword", "dense"] as const)("%s shows the hits of that mode", async (mode) => {
    const page = await stage().page({ at: at() });
    await shownHits(page);
    await page.getByRole("radio", { name: mode }).check();
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask({ mode })));
    expect(page.url().includes("mode=")).toBe(mode !== "hybrid");
    await page.context().close();
  });

  test("twenty quick letters send few requests, and the last one wins", async () => {
    const page = await stage().page({ at: "#/c/demo/search" });
    const sent: string[] = [];
    page.on("request", (one) => one.url().endsWith("/search") && sent.push(one.url()));
    await page.getByRole("searchbox").pressSequentially("metformin in children", { delay: 20 });
    await expect
      .poll(() => shownHits(page).then((hits) => hits[0]))
      .toBe(ids(await ask({ query: "metformin in children" }))[0]);
    expect(sent.length).toBeLessThanOrEqual(4);
    await page.context().close();
  });

  test("a filter is added as a chip, narrows the hits, and its removal brings them back", async () => {
    const page = await stage().page({ at: at() });
    const before = await shownHits(page);
    await page.getByRole("button", { name: "Add filter" }).click();
    await page.getByLabel("Field").selectOption("audience");
    await page.getByLabel("Value").fill("children");
    await stage().picture(page, "search-filter-form");
    await page.getByLabel("Value").press("Enter");
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask({ filter: { audience: "children" } })));
    expect(decodeURIComponent(page.url())).toContain('f={"audience":{"eq":"children"}}');
    expect((await shownHits(page)).join()).not.toBe(before.join());
    await stage().picture(page, "search-filtered");
    await page.getByRole("button", { name: "Remove filter audience is children" }).click();
    await expect.poll(() => shownHits(page)).toEqual(before);
    await page.context().close();
  });

  test("the filter's JSON is the same filter, and says what is wrong with itself", async () => {
    const page = await stage().page({ at: at() });
    await page.getByRole("button", { name: "Edit as JSON" }).click();
    await page.getByLabel("Filter as JSON").fill('{"or":[{"audience":"children"}');
    expect(await page.getByRole("button", { name: "Apply filter" }).isDisabled()).toBe(true);
    await page.getByLabel("Filter as JSON").fill('{"or":[{"audience":"children"},{"topic":"nephrology"}]}');
    await page.getByRole("button", { name: "Apply filter" }).click();
    await page.getByRole("button", { name: "Remove filter (audience is children) or (topic is nephrology)" }).waitFor();
    const filter = { or: [{ audience: "children" }, { topic: "nephrology" }] };
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask({ filter })));
    await page.context().close();
  });

  test("a filter in the address that cannot be read is shown for repair", async () => {
    const page = await stage().page({ at: at('&f={"audience"') });
    await page.getByText("The filter in this address cannot be read").waitFor();
    expect(await page.getByLabel("Filter as JSON").inputValue()).toBe('{"audience"');
    await page.context().close();
  });

  test("what the server refuses is told with its reason and code", async () => {
    const page = await stage().page({ at: at('&f={"audience":{"above":3}}'), expected: /Failed to load resource/ });
    await page.getByText("The search was not carried out.").waitFor();
    expect(await page.getByRole("alert").locator("code").first().innerText()).not.toBe("");
    await stage().picture(page, "search-refused");
    await page.context().close();
  });

  test("marks exactly the spans that the server names", async () => {
    const page = await stage().page({ at: at("&mode=keyword") });
    await shownHits(page);
    const hits = await ask({ mode: "keyword" });
    const item = page.locator("[data-hit]").first();
    const titleMarks = await item.locator("h2 mark").allInnerTexts();
    const textMarks = await item.locator("p mark").allInnerTexts();
    const named = (field: "text" | "title") =>
      (hits[0]?.highlights ?? [])
        .filter((one) => one.field === field)
        .map(({ start, end }) => (hits[0]?.[field] ?? "").slice(start, end));
    expect(titleMarks).toEqual(named("title"));
    expect(textMarks.length).toBeGreaterThan(0);
    expect(named("text").slice(0, textMarks.length)).toEqual(textMarks);
    await page.context().close();
  });

  test("explains every score as parts that add up, in figures and in pixels", async () => {
    const page = await stage().page({ at: at("&explain=all") });
    await shownHits(page);
    const hits = await ask();
    for (const [index, hit] of hits.entries()) {
      const item = page.locator("[data-hit]").nth(index);
      const { dense, keyword } = hit.explain ?? {};
      const parts = [dense, keyword].map((leg) => (leg ? leg.weight * leg.normalized : NaN));
      expect(Math.abs((parts[0] ?? NaN) + (parts[1] ?? NaN) - hit.score)).toBeLessThan(0.001);
      const widths = await item
        .locator("table [data-part]")
        .evaluateAll((bars) =>
          bars.map(
            (bar) =>
              [bar.getBoundingClientRect().width, bar.parentElement?.getBoundingClientRect().width ?? 0] as const,
          ),
        );
      expect(widths).toHaveLength(2);
      for (const [leg, [width, track]] of widths.entries())
        expect(Math.abs(width - (parts[leg] ?? NaN) * track)).toBeLessThanOrEqual(1);
      const sum = await item
        .locator("tr:last-child [data-leg]")
        .evaluateAll((bars) => bars.map((bar) => bar.getBoundingClientRect()));
      expect(Math.abs((sum[0]?.right ?? NaN) - (sum[1]?.left ?? NaN))).toBeLessThanOrEqual(1);
      expect(await item.locator("tr:last-child b").innerText()).toBe(hit.score.toFixed(3));
    }
    await stage().picture(page, "search-explained");
    await page.context().close();
  });

  test("the address opens the same hits in a fresh profile, and Back and Forward walk the steps", async () => {
    const page = await stage().page({ at: at() });
    await shownHits(page);
    await page.getByRole("radio", { name: "keyword" }).check();
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask({ mode: "keyword" })));
    await page.locator("[data-hit] h2 a").nth(1).click();
    await page.getByTestId("document-panel").getByRole("article").waitFor();
    const hits = await shownHits(page);
    const other = await stage().page({ at: new URL(page.url()).hash });
    expect(await shownHits(other)).toEqual(hits);
    await other.getByTestId("document-panel").locator("[data-span]").waitFor();
    expect(await other.locator("[data-selected]").getAttribute("data-hit")).toBe(hits[1]);
    await other.context().close();

    await page.goBack();
    await expect.poll(() => page.getByTestId("document-panel").count()).toBe(0);
    await page.goBack();
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask()));
    await page.goForward();
    await expect.poll(() => shownHits(page)).toEqual(hits);
    await page.context().close();
  });

  test("works from the keyboard alone", async () => {
    const page = await stage().page({ at: at() });
    await shownHits(page);
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("search");
    await page.keyboard.press("Escape");
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await expect.poll(() => page.locator("[data-selected]").getAttribute("data-hit")).toBe((await shownHits(page))[1]);
    await page.keyboard.press("e");
    expect(await page.locator("[data-selected] table").count()).toBe(1);
    await page.keyboard.press("E");
    await expect.poll(() => page.locator("[data-hit] table").count()).toBe(10);
    await page.keyboard.press("Enter");
    await page.getByTestId("document-panel").getByRole("article").waitFor();
    await stage().picture(page, "search-panel");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByTestId("document-panel").count()).toBe(0);
    await page.keyboard.press("m");
    await expect.poll(() => page.getByRole("radio", { name: "keyword" }).isChecked()).toBe(true);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Help" }).waitFor();
    await stage().picture(page, "help");
    await page.getByRole("checkbox", { name: "single-key shortcuts" }).uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("m");
    expect(await page.getByRole("radio", { name: "keyword" }).isChecked()).toBe(true);
    await page.context().close();
  });

  test("the copied curl command returns the hits on the screen", async () => {
    const page = await stage().page({ at: "#/c/demo/search" });
    await page.getByRole("searchbox").fill(`what's "metformin" for, $HOME & 🩺?`);
    const hits = await shownHits(page);
    await page.getByRole("button", { name: "Copy as curl" }).click();
    const command = await page.getByRole("dialog").locator("pre").innerText();
    await stage().picture(page, "search-curl");
    const answer = JSON.parse(execFileSync("sh", ["-c", command], { encoding: "utf8" })) as SearchResponse;
    expect(ids(answer.hits)).toEqual(hits);
    await page.context().close();
  });

  test("more hits append without repeating one", async () => {
    const page = await stage().page({ at: at() });
    await shownHits(page);
    await page.getByRole("button", { name: "Show 10 more" }).click();
    await expect.poll(() => page.locator("[data-hit]").count()).toBe(20);
    expect(new Set(await shownHits(page)).size).toBe(20);
    await page.context().close();
  });

  test("no hit is said in words, with a way out", async () => {
    const page = await stage().page({ at: at('&mode=keyword&f={"audience":"astronauts"}') });
    await page.getByText("No document matches both the query and the filter").waitFor();
    await stage().picture(page, "search-no-hits");
    await page.getByRole("button", { name: "Remove audience is astronauts" }).click();
    expect(await shownHits(page)).toEqual(ids(await ask({ mode: "keyword" })));
    await page.context().close();
  });

  test("while an answer is slow the shape of the results is shown, then the old hits stay and dim", async () => {
    const page = await stage().page({ at: "#/c/demo/search" });
    const release = Promise.withResolvers<void>();
    await page.route("**/search", async (route) => {
      await release.promise;
      await route.continue();
    });
    await page.getByRole("searchbox").fill(QUERY);
    await page.getByRole("status").waitFor();
    await stage().picture(page, "search-loading");
    release.resolve();
    const hits = await shownHits(page);
    await page.unrouteAll();
    const second = Promise.withResolvers<void>();
    await page.route("**/search", async (route) => {
      await second.promise;
      await route.continue();
    });
    await page.getByRole("searchbox").fill("asthma");
    await page.locator("[data-late]").waitFor();
    expect(await page.locator("[data-hit]").count()).toBe(hits.length);
    second.resolve();
    await expect.poll(() => shownHits(page)).toEqual(ids(await ask({ query: "asthma" })));
    await page.context().close();
  });
}
