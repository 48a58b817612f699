import type { Encoding, Tokenizer as RustTokenizer } from "tokenizers";

import { ModelError } from "../errors.ts";
import { abortable } from "./abortable.ts";
import { textSlices } from "./text-slices.ts";
import type { EngineOptions, TextTokens, TokenizerEngine } from "./tokenizer-engine.ts";
import { utf16Offsets } from "./utf16-offsets.ts";

// One call into Rust returns to JavaScript with at most about this many characters of text tokenized, so that an abort
// is noticed soon.
const SLICE_CHARACTERS = 50_000;
const SLICE_TEXTS = 256;

/** Every tokenizer.json there is, by the Rust library that trained and published it. */
export class RustEngine implements TokenizerEngine {
  readonly #rust: RustTokenizer;

  /** @param rust without padding and truncation: there they are a state, which concurrent calls would share. */
  constructor(rust: RustTokenizer) {
    this.#rust = rust;
  }

  async tokenize(texts: readonly string[], { withSpans = false, turn, signal }: EngineOptions): Promise<TextTokens[]> {
    const tokenized: TextTokens[] = [];
    for (const slice of textSlices(texts, { characters: SLICE_CHARACTERS, count: SLICE_TEXTS })) {
      const encoding = this.#rust.encodeBatch(slice, { addSpecialTokens: false }).catch(refuse);
      const encodings = await abortable(encoding, signal);
      for (const [index, encoding] of encodings.entries()) {
        if (turn.isOver()) await turn.next();
        tokenized.push(read(encoding, slice[index] ?? "", withSpans));
      }
    }
    return tokenized;
  }
}

// It gives up on a text for what its file lacks only: a piece for what is unknown, mostly.
function refuse(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new ModelError("tokenizer_invalid", `The model's tokenizer.json cannot tokenize every text: ${reason}`, {
    cause,
    hint: "Fetch tokenizer.json again, or save it with a current version of transformers.",
  });
}

function read(encoding: Encoding, text: string, withSpans: boolean): TextTokens {
  const ids = Int32Array.from(encoding.getIds());
  return withSpans ? { ids, spans: utf16Offsets(text, encoding.getOffsets()) } : { ids };
}
