import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ServerError } from "../errors.ts";

export interface ReportFiles {
  /** Of the files, without what tells their kind. */
  readonly name: string;
  readonly data: unknown;
  /** SVG. */
  readonly image: string;
  /** Markdown. */
  readonly page: string;
}

/**
 * Writes name.json, name.md and images/name.svg into a folder, over those of an earlier run.
 *
 * @returns the path of the page
 * @throws ServerError `output_not_writable`
 */
export async function writeReport(folder: string, { name, data, image, page }: ReportFiles): Promise<string> {
  const path = join(folder, `${name}.md`);
  try {
    await mkdir(join(folder, "images"), { recursive: true });
    await writeFile(join(folder, `${name}.json`), `${JSON.stringify(data, undefined, 2)}\n`);
    await writeFile(join(folder, "images", `${name}.svg`), image);
    await writeFile(path, page);
  } catch (cause) {
    throw new ServerError("output_not_writable", `the report cannot be written to ${folder}`, {
      cause,
      details: { folder },
      hint: "Name a folder that can be written with --report.",
    });
  }
  return path;
}
