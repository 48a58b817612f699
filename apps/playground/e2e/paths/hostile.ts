import { expect, test } from "vitest";
import type { Stage } from "../stage.ts";

const script = "<script>document.title='owned'</script>";
const image = "<img src=x onerror=\"document.title='owned'\">";
const rightToLeft = "\u202Eevil\u202C";

/** Strings that would run, load or reorder something if a page took them for more than text. */
const document = {
  id: `"><svg onload=document.title='owned'>/../..?#`,
  title: `${script} {{7*7}} \${7*7} ${rightToLeft}`,
  text: `Zebrafish ${script} ${image} javascript:alert(1) &lt;b&gt; <a href="javascript:document.title='owned'">x</a>`,
  tags: [image],
  metadata: { [image]: script, plain: image },
};

export function hostilePaths(stage: () => Stage): void {
  test("script strings in text, title, id, tags, fields and file names are shown as text", async () => {
    const { client } = stage().server;
    await client.collections.create({ name: "hostile" });
    const { failed } = await client.documents.upsert("hostile", [document]);
    expect(failed).toEqual([]);

    const page = await stage().page({ at: "#/c/hostile/search?q=zebrafish" });
    const hit = page.locator("[data-hit]").first();
    await hit.waitFor();
    expect(await hit.getAttribute("data-hit")).toBe(document.id);
    expect(await hit.locator("h2").textContent()).toBe(document.title);
    expect(await hit.textContent()).toContain(document.text);
    await hit.locator("h2 a").click();
    const panel = page.getByTestId("document-panel");
    await panel.getByText("Metadata").waitFor();
    expect(await panel.textContent()).toContain(document.text);
    expect(await panel.textContent()).toContain(script);
    await stage().picture(page, "hostile-search");

    await page.goto(`${stage().server.url}/#/c/hostile`);
    await page.locator("main li").first().waitFor();
    await page.goto(`${stage().server.url}/#/c/hostile/ask`);
    await page.getByRole("textbox").fill(`What of zebrafish ${script}?`);
    await page.getByRole("textbox").press("Enter");
    await page.getByRole("button", { name: "Copy", exact: true }).waitFor();
    await page.goto(`${stage().server.url}/#/c/hostile/add`);
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: `${image}.txt`, mimeType: "text/plain", buffer: Buffer.from("A zebrafish again.") });
    await page.locator("[data-task]:is([data-state=done], [data-state=failed])").waitFor();
    await stage().picture(page, "hostile-add");

    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("main script, main img, main svg[onload], main a[href^='javascript:']").count()).toBe(0);
    await client.collections.delete("hostile");
    await page.context().close();
  });

  test("a hostile address is not found, and shown as text", async () => {
    const page = await stage().page({ at: `#/${encodeURI(image)}` });
    await page.getByText("There is no such page").waitFor();
    expect(await page.locator("main img").count()).toBe(0);
    await page.context().close();
  });
}
