import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";

const QUESTION = "When is metformin stopped in kidney disease?";

export async function ask(page: Page, question = QUESTION): Promise<void> {
  await page.getByRole("textbox").fill(question);
  await page.getByRole("textbox").press("Enter");
  await page.getByRole("button", { name: "Copy", exact: true }).last().waitFor();
}

const citation = (page: Page) => page.locator("[data-citation]").first();
const popover = (page: Page) => page.getByRole("dialog", { name: /^Citation/ });

export function askPaths(stage: () => Stage): void {
  test("answers with citations, the notice of the API under it, and the question in no address and no storage", async () => {
    const page = await stage().page({ at: "#/c/demo/ask" });
    await page.getByText("Ask the documents a question").waitFor();
    await stage().picture(page, "ask-start");
    await ask(page);
    const answer = await stage().server.client.answers.create("demo", { question: QUESTION });
    expect(answer.declined).toBe(false);
    const markers = await page
      .locator("[data-citation]")
      .evaluateAll((all) => all.map((one) => Number(one.textContent)));
    expect(markers).toEqual([...answer.answer.matchAll(/\[(\d+)\]/g)].map((match) => Number(match[1])));
    expect(await page.getByRole("article").innerText()).toContain(answer.notice);
    expect(await page.getByTestId("live").innerText()).toMatch(/^Answer ready/);
    const kept = await page.evaluate(() =>
      [location.href, ...[localStorage, sessionStorage].flatMap((storage) => Object.values<string>(storage))].join(),
    );
    expect(kept).not.toContain("kidney");
    await stage().picture(page, "ask");
    await page.context().close();
  });

  test.each(["click", "keyboard", "hover"] as const)(
    "a citation opens by %s, its quote is the document's slice",
    async (way) => {
      const page = await stage().page({ at: "#/c/demo/ask" });
      await ask(page);
      const button = citation(page);
      if (way === "click") await button.click();
      if (way === "hover") await button.hover();
      if (way === "keyboard") {
        await page.evaluate(() => (document.activeElement as HTMLElement).blur());
        await page.keyboard.press("]");
        await page.keyboard.press("Enter");
      }
      await popover(page).waitFor();
      const quote = await page.getByTestId("quote").textContent();
      await stage().picture(page, `ask-citation-${way}`);

      const { citations } = await stage().server.client.answers.create("demo", { question: QUESTION });
      const [cited] = citations;
      if (!cited) throw new Error("the answer cites nothing");
      const { text } = await stage().server.client.documents.get("demo", cited.document_id);
      expect(quote).toBe(text.slice(cited.start, cited.end));

      await page.keyboard.press("Escape");
      await expect.poll(() => popover(page).count()).toBe(0);
      // A hover never took the focus, so there is none to give back.
      expect(await button.evaluate((one) => one === document.activeElement)).toBe(way !== "hover");
      await page.context().close();
    },
  );

  test("the popover stays while the pointer is in it, and goes when it leaves", async () => {
    const page = await stage().page({ at: "#/c/demo/ask" });
    await ask(page);
    await citation(page).hover();
    await popover(page).hover();
    await page.waitForTimeout(400);
    expect(await popover(page).isVisible()).toBe(true);
    await page.mouse.move(5, 5);
    await expect.poll(() => popover(page).count()).toBe(0);
    await page.context().close();
  });

  test("the passage opens in place, boxed in its document, and closing gives the focus back", async () => {
    const page = await stage().page({ at: "#/c/demo/ask" });
    await ask(page);
    await citation(page).click();
    const quote = await page.getByTestId("quote").textContent();
    await page.getByRole("button", { name: "Open at passage" }).click();
    const box = page.getByTestId("document-panel").locator("[data-span]");
    await box.waitFor();
    expect(await box.textContent()).toBe(quote);
    await expect
      .poll(async () =>
        box.evaluate((one) => {
          const [mark, panel] = [one.getBoundingClientRect(), one.closest("[data-scroller]")?.getBoundingClientRect()];
          return panel !== undefined && mark.top >= panel.top && mark.top < panel.bottom;
        }),
      )
      .toBe(true);
    await stage().picture(page, "ask-passage");
    await page.keyboard.press("Escape");
    expect(await citation(page).evaluate((one) => one === document.activeElement)).toBe(true);
    await page.context().close();
  });

  test("on a phone a tap opens the citation, and its passage is a page to come back from", async () => {
    const page = await stage().page({
      at: "#/c/demo/ask",
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    });
    await ask(page);
    await citation(page).tap();
    await popover(page).waitFor();
    const box = await popover(page).boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
    await stage().picture(page, "ask-citation-360");
    const quote = await page.getByTestId("quote").textContent();
    await page.getByRole("button", { name: "Open at passage" }).tap();
    await page.locator("[data-span]").waitFor();
    expect(await page.locator("[data-span]").textContent()).toBe(quote);
    await page.goBack();
    await citation(page).waitFor();
    await page.context().close();
  });

  test("what the documents do not answer is declined, with the closest passages and no answer", async () => {
    const page = await stage().page({ at: "#/c/demo/ask" });
    await ask(page, "Who won the football world cup in 1974?");
    await page.getByText("The documents do not answer this").first().waitFor();
    expect(await page.locator("[data-citation]").count()).toBe(0);
    await stage().picture(page, "ask-declined");
    await page.context().close();
  });
}
