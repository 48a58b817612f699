import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// What folders.py wrote, for the tests that compare with it.

/** A model folder of testing/golden/folders. */
export function goldenFolder(name: string): string {
  return fileURLToPath(new URL(`folders/${name}`, import.meta.url));
}

/** Row-major float32. */
export interface GoldenRows {
  readonly dims: readonly number[];
  readonly base64: string;
}

export interface FolderGolden {
  readonly texts: readonly string[];
  readonly maxSeqLength: number;
  /** The dimension of the truncated vectors. */
  readonly dim: number;
  readonly encode: GoldenRows;
  readonly query: GoldenRows;
  readonly document: GoldenRows;
  readonly prompt: GoldenRows & { readonly prompt: string };
  readonly truncated: GoldenRows;
  readonly truncatedAndNormalized: GoldenRows;
}

/** The names of all model folders. */
export async function goldenFolderNames(): Promise<string[]> {
  const entries = await readdir(new URL("folders", import.meta.url), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

export const readFolderGolden = (name: string): Promise<FolderGolden> => readGolden(name);

/** torch's activations on `input`. */
export const readActivationsGolden = (): Promise<{ input: GoldenRows; outputs: Record<string, GoldenRows> }> =>
  readGolden("activations");

async function readGolden<Content>(name: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(`folders/${name}.json`, import.meta.url), "utf8")) as Content;
}
