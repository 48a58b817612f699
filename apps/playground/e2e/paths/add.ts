import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";
import { shownHits } from "./search.ts";

const records = [
  {
    id: "okapi-1",
    title: "The okapi",
    text: "The okapi is a hoofed mammal of the Ituri rainforest and eats leaves and fungi.",
  },
  { id: "okapi-2", title: "Okapi calves", text: "An okapi calf hides in a nest for its first weeks of life." },
];

export function addPaths(stage: () => Stage): void {
  test("a dropped file is indexed as a task and can be searched; a bad record is named with its reason", async () => {
    await stage().server.client.collections.create({ name: "animals" });
    const page = await stage().page({ at: "#/c/animals/add" });
    await stage().picture(page, "add-start");
    const lines = [...records.map((record) => JSON.stringify(record)), '{"id": "broken", "text": '].join("\n");
    const dropped = await page.evaluateHandle((lines) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([lines], "animals.jsonl", { type: "application/jsonl" }));
      return transfer;
    }, lines);
    await page.getByTestId("drop-zone").dispatchEvent("drop", { dataTransfer: dropped });
    const task = page.locator("[data-task]", { hasText: "animals.jsonl" });
    await task.and(page.locator("[data-state=done]")).waitFor();
    expect(await task.innerText()).toContain("2\u00a0documents");
    expect(await task.innerText()).toContain("line 3");
    await stage().picture(page, "add-done");
    await page.getByRole("link", { name: "Search" }).click();
    await page.getByRole("searchbox").fill("okapi calf");
    expect(await shownHits(page)).toEqual(["okapi-2", "okapi-1"]);
    await page.context().close();
  });

  test("a reload and a second tab follow the same task; cancelling keeps what is committed", async () => {
    const { client } = stage().server;
    await client.collections.create({ name: "many" });
    const page = await stage().page({ at: "#/c/many/add" });
    const many = Array.from({ length: 4_000 }, (_, index) =>
      JSON.stringify({ id: `r${index}`, text: `Record ${index} about ${index % 7} things. `.repeat(6) }),
    );
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "many.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(many.join("\n")) });
    const task = page.locator("[data-task]", { hasText: "many.jsonl" });
    await task.and(page.locator("[data-state=running]")).waitFor();
    await expect.poll(() => task.innerText(), { timeout: 30_000 }).toMatch(/documents\/s/);
    await stage().picture(page, "add-running");
    const id = await task.getAttribute("data-task");
    await page.reload();
    await page.locator(`[data-task="${id}"]`).waitFor();
    const other = await stage().page({ at: "#/tasks" });
    await other.locator(`[data-task="${id}"]`).getByRole("button", { name: "Cancel" }).click();
    await other.locator(`[data-task="${id}"][data-state=cancelled]`).waitFor({ timeout: 30_000 });
    await page.locator(`[data-task="${id}"][data-state=cancelled]`).waitFor({ timeout: 30_000 });
    await stage().picture(other, "tasks");
    const { documents } = await client.collections.get("many");
    expect(documents).toBeLessThan(4_000);
    await client.collections.delete("many");
    await other.context().close();
    await page.context().close();
  });
}
