import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stage } from "../stage.ts";
import { ask } from "./ask.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface State {
  readonly at: string;
  /** What must be there before the page is judged. */
  readonly ready: string;
  readonly open?: (page: Page) => Promise<void>;
}

/** Every route with data, and the layers that open over it. */
const states: Record<string, State> = {
  collections: { at: "#/", ready: "table" },
  collection: { at: "#/c/demo", ready: "dl" },
  "search-start": { at: "#/c/demo/search", ready: "text=Search the documents" },
  search: { at: '#/c/demo/search?q=metformin+kidney&explain=all&f={"audience":"adults"}', ready: "[data-hit] table" },
  "search-form": {
    at: "#/c/demo/search?q=metformin",
    ready: "[data-hit]",
    open: async (page) => {
      await page.getByRole("button", { name: "Add filter" }).click();
      await page.getByRole("button", { name: "Edit as JSON" }).click();
    },
  },
  "search-error": { at: '#/c/demo/search?q=metformin&f={"a":{"b":1}}', ready: "[role=alert]" },
  ask: { at: "#/c/demo/ask", ready: "textarea", open: (page) => ask(page) },
  "ask-citation": {
    at: "#/c/demo/ask",
    ready: "textarea",
    open: async (page) => {
      await ask(page);
      await page.locator("[data-citation]").first().click();
      await page.getByTestId("quote").waitFor();
    },
  },
  document: { at: "#/c/demo/docs/metformin-renal-dosing?at=0-120", ready: "[data-span]" },
  panel: { at: "#/c/demo/search?q=metformin&doc=metformin-renal-dosing&at=0-120", ready: "[data-hit]" },
  add: { at: "#/c/animals/add", ready: "[data-task]" },
  tasks: { at: "#/tasks", ready: "[data-task]" },
  about: { at: "#/about", ready: "dl" },
  "not-found": { at: "#/nowhere", ready: "text=There is no such page" },
  help: {
    at: "#/",
    ready: "table",
    open: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
};

const looks = (["light", "dark"] as const).flatMap((colorScheme) =>
  [360, 1440].map((width) => ({ colorScheme, width })),
);

export function appearancePaths(stage: () => Stage): void {
  describe.each(looks)("$colorScheme, $width px", ({ colorScheme, width }) => {
    let profile: BrowserContext;
    beforeAll(async () => {
      profile = await stage().profile({ colorScheme, viewport: { width, height: width === 360 ? 740 : 900 } });
    });
    afterAll(() => profile.close());

    test.each(Object.entries(states))(
      "%s: no serious finding of axe, no horizontal scroll",
      async (name, { at, ready, open }) => {
        const page = await stage().page({ at, profile, expected: /Failed to load resource/ });
        await page.locator(ready).first().waitFor();
        await open?.(page);
        expect(await seriousFindings(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.body.offsetWidth)).toBe(0);
        await stage().picture(page, `look-${name}-${colorScheme}-${width}`);
        await page.close();
      },
    );
  });

  test("a chosen theme is kept, and stands before the first paint of the next visit", async () => {
    const page = await stage().page({ colorScheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe("rgb(250, 248, 243)");
    await page.getByLabel("Theme").selectOption("dark");
    expect(await ground()).toBe("rgb(18, 21, 24)");
    await page.reload({ waitUntil: "commit" });
    await page.locator("body").waitFor({ state: "attached" });
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    await page.getByLabel("Theme").selectOption("system");
    expect(await ground()).toBe("rgb(250, 248, 243)");
    await page.context().close();
  });

  test("nothing jumps while a page of results loads", async () => {
    const page = await stage().page({ at: "#/c/demo/search?q=metformin&explain=all" });
    await page.locator("[data-hit] table").first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          // Buffered entries come with the first callback, also when there are none.
          const observer = new PerformanceObserver((list) => {
            const shifts = list.getEntriesByType("layout-shift") as (PerformanceEntry & { value: number })[];
            resolve(shifts.reduce((sum, { value }) => sum + value, 0));
          });
          observer.observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(0), 500);
        }),
    );
    expect(shift).toBeLessThanOrEqual(0.02);
    await page.context().close();
  });

  test("figures are as wide as each other in both voices", async () => {
    const page = await stage().page();
    const widths = await page.evaluate(async () => {
      await document.fonts.ready;
      return ["1111111111", "8888888888"].map((figures) => {
        const span = document.body.appendChild(document.createElement("span"));
        span.textContent = figures;
        return span.getBoundingClientRect().width;
      });
    });
    expect(widths[0]).toBe(widths[1]);
    await page.context().close();
  });

  test("forced colours keep the bars, the marks and the boxes", async () => {
    const page = await stage().page({
      at: "#/c/demo/search?q=metformin+kidney&explain=all&doc=metformin-renal-dosing&at=0-120",
      forcedColors: "active",
    });
    await page.locator("[data-span]").waitFor();
    await page.locator("[data-part]").first().waitFor();
    const painted = await page
      .locator("[data-part]")
      .evaluateAll((bars) =>
        bars.map((bar) => getComputedStyle(bar)).map((style) => style.backgroundColor + style.backgroundImage),
      );
    for (const paint of painted) expect(paint).not.toBe("rgba(0, 0, 0, 0)none");
    await stage().picture(page, "forced-colors");
    await page.context().close();
  });

  test("paper gets the answer, its sources and the notice, without the controls", async () => {
    const page = await stage().page({ at: "#/c/demo/ask" });
    await ask(page);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByText("not medical advice").isVisible()).toBe(true);
    expect(await page.getByRole("banner").isVisible()).toBe(false);
    expect(await page.getByRole("textbox").isVisible()).toBe(false);
    expect(await page.getByTestId("printed-citations").innerText()).toContain("metformin-renal-dosing");
    await stage().picture(page, "ask-print");
    await page.context().close();
  });
}

async function seriousFindings(page: Page): Promise<string[]> {
  // As a string through the debugger: adding a script tag would need the page's policy to be bypassed.
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
}
