import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";

export function emptyServerPaths(stage: () => Stage): void {
  test("says what to do when there is nothing yet", async () => {
    const page = await stage().page();
    await page.getByText("There is no collection yet").waitFor();
    expect(await page.locator("pre").innerText()).toMatch(/^galen index /);
    await stage().picture(page, "collections-empty");
    await page.context().close();
  });
}

export function collectionPaths(stage: () => Stage): void {
  test("lists every collection with the server's figures", async () => {
    const page = await stage().page();
    const { collections } = await stage().server.client.collections.list();
    await page.locator("tbody tr").first().waitFor();
    const rows = await page.locator("tbody tr").allInnerTexts();
    expect(rows).toHaveLength(collections.length);
    for (const [index, { name, documents }] of collections.entries()) {
      expect(rows[index]).toContain(name);
      expect(rows[index]).toContain(documents.toLocaleString("en"));
    }
    await stage().picture(page, "collections");
    await page.context().close();
  });

  test("creates a collection with typed fields, and deletes it only when its name is typed", async () => {
    const page = await stage().page();
    await page.getByRole("button", { name: "New collection" }).click();
    await page.getByLabel("Name").fill("short-lived");
    await page.getByLabel("Typed metadata fields").fill("year: numbers");
    await page.getByText("Line 1:").waitFor();
    await page.getByLabel("Typed metadata fields").fill("year: number");
    await stage().picture(page, "collection-new");
    await page.getByRole("button", { name: "Create collection" }).click();
    await page.getByRole("heading", { name: "Add documents to short-lived" }).waitFor();
    expect(await stage().server.client.collections.get("short-lived")).toMatchObject({ fields: { year: "number" } });

    await page.getByRole("link", { name: "Documents" }).click();
    await page.getByText("This collection is empty").waitFor();
    await stage().picture(page, "collection-empty");
    await page.getByRole("button", { name: "Delete collection" }).click();
    const confirm = page.getByRole("dialog").getByRole("button", { name: "Delete collection" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type the collection's name").fill("short-lived");
    await confirm.click();
    await page.getByRole("heading", { name: "Collections" }).waitFor();
    const { collections } = await stage().server.client.collections.list();
    expect(collections.map(({ name }) => name)).not.toContain("short-lived");
    await page.context().close();
  });

  test("lists documents page by page", async () => {
    const page = await stage().page({ at: "#/c/demo" });
    const { total } = await stage().server.client.documents.list("demo", { limit: 1 });
    await page.getByRole("heading", { name: `${total} documents` }).waitFor();
    expect(await page.locator("main li").count()).toBe(20);
    await stage().picture(page, "collection");
    await page.getByRole("button", { name: "Show 20 more" }).click();
    await expect.poll(() => page.locator("main li").count()).toBe(40);
    const names = await page
      .locator("main li a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    expect(new Set(names).size).toBe(40);
    await page.context().close();
  });

  test("a collection that does not exist is said in words, with its code", async () => {
    const page = await stage().page({ at: "#/c/demoo/search?q=metformin", expected: /Failed to load resource/ });
    await page.getByText("The search was not carried out.").waitFor();
    expect(await page.getByRole("alert").innerText()).toContain("collection_not_found");
    await stage().picture(page, "collection-unknown");
    await page.context().close();
  });
}
