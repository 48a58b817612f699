import type { Encoding, Tokenizer as RustTokenizer } from "tokenizers";

import { abortable } from "./abortable.ts";
import type { EngineOptions, TextTokens, TokenizerEngine } from "./tokenizer-engine.ts";
import { utf16Offsets } from "./utf16-offsets.ts";

// One call into Rust returns to JavaScript with at most about this many characters of text tokenized (some tens of
// milliseconds), so that an abort is noticed and copying the ids out never holds the event loop for long.
const SLICE_CHARACTERS = 200_000;
const SLICE_TEXTS = 512;

/** Every tokenizer.json there is, by the Rust library that trained and published it. */
export class RustEngine implements TokenizerEngine {
  readonly #rust: RustTokenizer;

  /** @param rust without padding and truncation: there they are a state, which concurrent calls would share. */
  constructor(rust: RustTokenizer) {
    this.#rust = rust;
  }

  async tokenize(texts: readonly string[], { withSpans = false, signal }: EngineOptions): Promise<TextTokens[]> {
    const tokenized: TextTokens[] = [];
    for (const slice of slices(texts)) {
      signal?.throwIfAborted();
      const encodings = await abortable(this.#rust.encodeBatch(slice, { addSpecialTokens: false }), signal);
      for (const [index, encoding] of encodings.entries())
        tokenized.push(read(encoding, slice[index] ?? "", withSpans));
    }
    signal?.throwIfAborted();
    return tokenized;
  }
}

function read(encoding: Encoding, text: string, withSpans: boolean): TextTokens {
  const ids = Int32Array.from(encoding.getIds());
  return withSpans ? { ids, spans: utf16Offsets(text, encoding.getOffsets()) } : { ids };
}

function* slices(texts: readonly string[]): Generator<string[]> {
  let start = 0;
  let characters = 0;
  for (const [index, text] of texts.entries()) {
    const full = characters + text.length > SLICE_CHARACTERS || index - start === SLICE_TEXTS;
    if (full && index > start) {
      yield texts.slice(start, index);
      start = index;
      characters = 0;
    }
    characters += text.length;
  }
  if (start < texts.length) yield texts.slice(start);
}
