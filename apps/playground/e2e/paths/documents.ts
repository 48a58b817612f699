import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";

/** Long enough that it never comes in one piece, with other scripts and pairs of UTF-16 units in it. */
const paragraph = "Der Patient nahm 500 mg Metformin 🩺 täglich. صداع. 頭痛が続く。 The dose was reduced.\n\n";
const long = paragraph.repeat(600);

export function documentPaths(stage: () => Stage): void {
  test("opens a document at a span: boxed, in view, and exactly the slice", async () => {
    const { client } = stage().server;
    const { hits } = await client.search("demo", { query: "metformin kidney", limit: 1 });
    const [hit] = hits;
    if (!hit) throw new Error("the demo collection has no document on metformin");
    const document = await client.documents.get("demo", hit.id);
    const { start, end } = hit.passage;
    const page = await stage().page({ at: `#/c/demo/docs/${hit.id}?at=${start}-${end}` });
    const box = page.locator("[data-span]");
    await box.waitFor();
    expect(await box.textContent()).toBe(document.text.slice(start, end));
    await stage().picture(page, "document");
    await page.context().close();
  });

  test("a long document opens in the middle, grows in both directions, and counts UTF-16 units as the server does", async () => {
    const { client } = stage().server;
    await client.collections.create({ name: "long" });
    await stage().upload("long", "long.txt", long);
    const { documents } = await client.documents.list("long", { limit: 1 });
    const [summary] = documents;
    if (!summary) throw new Error("the long document was not stored");
    const word = "Metformin";
    const start = long.indexOf(word, 25_000);
    const id = encodeURIComponent(summary.id);
    const page = await stage().page({ at: `#/c/long/docs/${id}?at=${start}-${start + word.length}` });
    const box = page.locator("[data-span]");
    await box.waitFor();
    expect(await box.textContent()).toBe(word);
    const place = await box.boundingBox();
    expect(place && place.y > 96 && place.y < 900).toBe(true);
    const length = () => page.getByTestId("document-text").evaluate((text) => text.textContent.length);
    const before = await length();
    expect(before).toBeLessThan(40_000);
    await page.getByRole("button", { name: "Show later text" }).click();
    await expect.poll(length).toBeGreaterThan(before);
    const later = await length();
    await page.getByRole("button", { name: "Show earlier text" }).click();
    await expect.poll(length).toBeGreaterThan(later);
    expect(await box.textContent()).toBe(word);
    await stage().picture(page, "document-long");
    await client.collections.delete("long");
    await page.context().close();
  });

  test("a document that does not exist is said in words", async () => {
    const page = await stage().page({ at: "#/c/demo/docs/no-such-document", expected: /Failed to load resource/ });
    await page.getByText("The document was not loaded.").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("document_not_found");
    await page.context().close();
  });
}
