import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// What generate.py beside this file wrote, for the tests that compare with it.

interface ExpectedTokens {
  readonly texts: readonly {
    readonly ids: readonly number[];
    /** Without special tokens, in UTF-16 units. */
    readonly spans: readonly (readonly [number, number])[];
  }[];
  readonly pairs: readonly {
    readonly pair: readonly [string, string];
    readonly strategy: "longest_first" | "only_first" | "only_second";
    readonly maxLength: number;
    readonly side: "left" | "right";
    /** Null where the reference refuses. */
    readonly result: { readonly ids: readonly number[]; readonly typeIds: readonly number[] } | null;
  }[];
}

export interface TokenizerGolden {
  readonly texts: readonly string[];
  readonly tokenizers: Readonly<Record<string, ExpectedTokens>>;
}

/** What Python's `tokenizers` makes of nasty texts and pairs, by the name of the tokenizer. */
export async function readTokenizerGolden(): Promise<TokenizerGolden> {
  return JSON.parse(await readFile(new URL("expected.json", import.meta.url), "utf8")) as TokenizerGolden;
}

/** The text of one of the tokenizers. */
export function readTokenizerJson(name: string): Promise<string> {
  return readFile(new URL(`${name}.json`, import.meta.url), "utf8");
}

export interface FolderGolden {
  readonly texts: readonly string[];
  readonly folders: Readonly<
    Record<
      string,
      {
        readonly ids: readonly (readonly number[])[];
        /** Of "a b" and "c". */
        readonly pair: readonly number[];
        readonly truncationSide: "left" | "right";
        readonly paddingSide: "left" | "right";
        readonly modelMaxLength: number | null;
      }
    >
  >;
}

/** What transformers' AutoTokenizer makes of each folder. */
export async function readFolderGolden(): Promise<FolderGolden> {
  return JSON.parse(await readFile(new URL("folders.json", import.meta.url), "utf8")) as FolderGolden;
}

export function tokenizerFolder(name: string): string {
  return fileURLToPath(new URL(`folders/${name}`, import.meta.url));
}
