import { ModelError } from "./errors.ts";
import type { CoreErrorCode } from "./errors.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";
import { nearestName } from "./nearest-name.ts";

/** The prompts of a model by name. */
export type Prompts = Readonly<Record<string, string>>;

/** What stands before a text, given how a caller asked for it. */
export interface PromptChoice {
  readonly prompt?: string | undefined;
  readonly promptName?: string | undefined;
}

/** The prompts of one model and how one of them is chosen (sentence-transformers, `base/model.py` `_resolve_prompt`). */
export class PromptBook {
  /** By name; `query` and `document` are always there, empty when the model has none. */
  readonly prompts: Prompts;
  readonly defaultName: string | undefined;
  readonly #documentName: string;

  /** @throws {ModelError} `model_invalid` when the default names none of the prompts. */
  constructor(prompts: Prompts, defaultName: string | undefined) {
    this.prompts = Object.freeze({ query: "", document: "", ...prompts });
    this.defaultName = defaultName;
    this.#documentName = DOCUMENT_NAMES.find((name) => Object.hasOwn(prompts, name)) ?? "document";
    if (defaultName !== undefined && !Object.hasOwn(this.prompts, defaultName)) {
      throw this.#unknown(defaultName, "model_invalid", "The model's default prompt");
    }
  }

  /** An explicit prompt, else the named one, else the default. @throws {ModelError} `input_invalid` for an unknown name. */
  resolve({ prompt, promptName = this.defaultName }: PromptChoice): string {
    if (prompt !== undefined) return prompt;
    return promptName === undefined ? "" : this.#named(promptName);
  }

  /** For queries the prompt `query` stands in for the default. */
  forQuery({ prompt, promptName = "query" }: PromptChoice): PromptChoice {
    return { prompt, promptName };
  }

  /** For documents the first of `document`, `passage` and `corpus` that the model has stands in for the default. */
  forDocument({ prompt, promptName = this.#documentName }: PromptChoice): PromptChoice {
    return { prompt, promptName };
  }

  #named(name: string): string {
    const prompt = Object.hasOwn(this.prompts, name) ? this.prompts[name] : undefined;
    if (prompt === undefined) throw this.#unknown(name, "input_invalid", "The prompt name");
    return prompt;
  }

  #unknown(name: string, code: CoreErrorCode, what: string): ModelError {
    const known = Object.keys(this.prompts);
    const nearest = nearestName(name, known);
    return new ModelError(code, `${what} ${JSON.stringify(name)} is not among the prompts of the model.`, {
      hint: nearest === undefined ? `It has ${known.join(", ")}.` : `Did you mean ${JSON.stringify(nearest)}?`,
      details: { prompts: known },
    });
  }
}

/**
 * How many tokens of an input the prompt takes, leading special tokens included: what a model that leaves its prompt
 * out of the pooling leaves out (sentence-transformers, `base/modules/transformer.py` `_get_prompt_length`).
 */
export async function promptLength(
  prompt: string,
  { tokenizer, maxLength }: { readonly tokenizer: Tokenizer; readonly maxLength: number },
): Promise<number> {
  if (prompt === "") return 0;
  const [tokenized] = await tokenizer.encode([prompt], { maxLength, withSpans: true });
  const { ids, spans = [] } = tokenized ?? { ids: [] };
  const endsSpecial = spans.at(-1)?.[1] === 0; // a special token stands nowhere in the text
  return endsSpecial ? ids.length - 1 : ids.length;
}

// sentence-transformers 6.2 fills in an empty `document` before it looks, and so never reaches the other two; the
// order is the one that it documents, and models saved with `passage` mean it.
const DOCUMENT_NAMES = ["document", "passage", "corpus"];
