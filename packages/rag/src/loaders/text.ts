import type { Loader } from "./loader.ts";
import { readWholeText, titleFromName } from "./whole-text.ts";

/** Plain text: the file is one document, titled by its name. */
export const text: Loader = {
  extensions: [".txt", ".text"],
  mediaTypes: ["text/plain"],
  records: false,
  async *load(bytes, options) {
    const text = await readWholeText(bytes, options);
    yield { document: { id: options.source, text, title: titleFromName(options.source) } };
  },
};
