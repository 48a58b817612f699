import { ModelError } from "./errors.ts";
import type { CoreErrorCode } from "./errors.ts";
import { nearestName } from "./nearest-name.ts";
import type { Tokenizer } from "./tokens/tokenizer.ts";

/** The prompts of a model by name. */
export type Prompts = Readonly<Record<string, string>>;

/** How a caller asks for what stands before a text. */
export interface PromptChoice {
  /** Stands before every text. Goes before `promptName`; an empty one turns the model's default prompt off. */
  readonly prompt?: string | undefined;
  /** Takes one of the model's own `prompts`. @default `defaultPromptName`, mostly none */
  readonly promptName?: string | undefined;
}

/** What a text is for: `query` and `document` stand for the prompts of `encodeQuery` and `encodeDocument`. */
const textKinds = ["text", "query", "document"] as const;
export type TextKind = (typeof textKinds)[number];

/** The prompts of one model and how one of them is chosen (sentence-transformers, `base/model.py` `_resolve_prompt`). */
export class PromptBook {
  readonly prompts: Prompts;
  readonly defaultName: string | undefined;

  /** @throws {ModelError} `model_invalid` when the default names none of the prompts. */
  constructor(prompts: Prompts, defaultName: string | undefined) {
    this.prompts = Object.freeze({ ...prompts });
    this.defaultName = defaultName;
    if (defaultName !== undefined && !Object.hasOwn(prompts, defaultName)) {
      throw this.#unknown(defaultName, "model_invalid", "The model's default prompt");
    }
  }

  /** An explicit prompt, else the named one, else the default. @throws {ModelError} `input_invalid` */
  resolve({ prompt, promptName = this.defaultName }: PromptChoice): string {
    if (prompt === undefined) return promptName === undefined ? "" : this.#named(promptName);
    if (typeof prompt === "string") return prompt;
    throw new ModelError("input_invalid", `The prompt is of type ${typeof prompt}, not a string.`);
  }

  #named(name: string): string {
    const prompt = Object.hasOwn(this.prompts, name) ? this.prompts[name] : undefined;
    if (prompt === undefined) throw this.#unknown(name, "input_invalid", "The prompt name");
    return prompt;
  }

  #unknown(name: string, code: CoreErrorCode, what: string): ModelError {
    const known = Object.keys(this.prompts);
    const nearest = typeof name === "string" ? nearestName(name, known) : undefined;
    const choice = known.length === 0 ? "It has no prompts." : `It has ${known.join(", ")}.`;
    return new ModelError(code, `${what} ${JSON.stringify(name)} is not among the prompts of the model.`, {
      hint: nearest === undefined ? choice : `Did you mean ${JSON.stringify(nearest)}?`,
      details: { prompts: known },
    });
  }
}

/** The prompts of a model of sentence vectors: `query` and `document` are always there, empty when it has none. */
export class SentencePrompts extends PromptBook {
  readonly #documentName: string;

  constructor(prompts: Prompts, defaultName: string | undefined) {
    super({ query: "", document: "", ...prompts }, defaultName);
    this.#documentName = DOCUMENT_NAMES.find((name) => Object.hasOwn(prompts, name)) ?? "document";
  }

  /** The choice for texts of a kind. @throws {ModelError} `input_invalid` for one that there is not. */
  forKind(kind: TextKind, choice: PromptChoice): PromptChoice {
    if (kind === "query") return this.forQuery(choice);
    if (kind === "document") return this.forDocument(choice);
    if (kind === "text") return choice;
    throw new ModelError("input_invalid", `There is no kind of text ${JSON.stringify(kind)}.`, {
      hint: `Choose one of ${textKinds.join(", ")}.`,
    });
  }

  /** For queries the prompt `query` stands in for the default. */
  forQuery({ prompt, promptName = "query" }: PromptChoice): PromptChoice {
    return { prompt, promptName };
  }

  /** For documents the first of `document`, `passage` and `corpus` that the model has stands in for the default. */
  forDocument({ prompt, promptName = this.#documentName }: PromptChoice): PromptChoice {
    return { prompt, promptName };
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
