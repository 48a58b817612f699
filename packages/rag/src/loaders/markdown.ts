import { MAX_TITLE_LENGTH } from "@galen/db/schemas";
import { fromMarkdown } from "mdast-util-from-markdown";
import { toString } from "mdast-util-to-string";
import type { Loader } from "./loader.ts";
import { readWholeText, titleFromName } from "./whole-text.ts";

/** The title stands at the top; more is not parsed, since a hostile text makes the Markdown parser slow. */
const MAX_TITLE_SEARCH = 16_384;

/** Markdown: the file is one document, its text as it stands; the title from the front matter or the first heading. */
export const markdown: Loader = {
  extensions: [".md", ".markdown"],
  mediaTypes: ["text/markdown", "text/x-markdown"],
  records: false,
  async *load(bytes, options) {
    const text = await readWholeText(bytes, options);
    const title = (findTitle(text) ?? titleFromName(options.source)).slice(0, MAX_TITLE_LENGTH);
    yield { document: { id: options.source, text, title } };
  },
};

/** `title:` of YAML front matter, else the words of the first heading. */
export function findTitle(text: string): string | undefined {
  const start = text.slice(0, MAX_TITLE_SEARCH);
  const frontMatter = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(start);
  const declared = /^title:[ \t]*(.+?)[ \t]*$/m.exec(frontMatter?.[1] ?? "")?.[1];
  if (declared !== undefined) return declared.replace(/^(["'])(.*)\1$/, "$2");
  return firstHeading(start.slice(frontMatter?.[0].length ?? 0));
}

function firstHeading(markdown: string): string | undefined {
  const heading = fromMarkdown(markdown).children.find((node) => node.type === "heading");
  const words = heading === undefined ? "" : toString(heading);
  return words.trim() === "" ? undefined : words.replace(/\s+/g, " ").trim();
}
