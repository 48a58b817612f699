import type { ChatMessage } from "../chat/chat-model.ts";
import { agrees, contextRow, countWords, signsOf } from "./context-rows.ts";
import type { ContextRow } from "./context-rows.ts";
import type { RagAnswer, RagInput, RagOptions, RagQuestion, RagTuple, RagTupleAnswer } from "./rag-options.ts";

const DEFAULT_CONTEXT = 3;
const DEFAULT_TEMPLATE = "{question} {context}";
const DEFAULT_SEPARATOR = " ";

/** What a question of a list is answered with. */
export type RagOutput = RagAnswer | RagTupleAnswer | string;

/** Of a call. */
export interface RagCall {
  /** Searched instead of the index, in whose order they are then given to the model. */
  readonly texts?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * txtai's class of this name: retrieves texts for a question, fills them into a prompt, and gives what a model says to it. Nothing of the
 * answer is checked; `answer` of this package is what checks and cites.
 */
export class RAG {
  readonly #options: RagOptions;

  constructor(options: RagOptions) {
    this.#options = options;
  }

  /**
   * One answer for one question, a list for a list, in the form that each question has. An array of strings is a list of questions; a tuple
   * stands in a list.
   * @throws {DbError} `query_invalid`; {RagError} `record_invalid` for statements without what is needed, and what the model throws
   */
  async call(input: string | RagQuestion, call?: RagCall): Promise<RagAnswer | string>;
  async call(input: readonly RagInput[], call?: RagCall): Promise<RagOutput[]>;
  async call(input: string | RagQuestion | readonly RagInput[], call: RagCall = {}): Promise<RagOutput | RagOutput[]> {
    if (!isList(input)) return this.#answer(input, call);
    const answers: RagOutput[] = [];
    for (const one of input) answers.push(await this.#answer(one, call));
    return answers;
  }

  async #answer(input: RagInput, { texts, signal }: RagCall): Promise<RagOutput> {
    const { output = "default" } = this.#options;
    const { name, query, question = query, snippet = false } = questionOf(input);
    const found = await this.#context(query, texts);
    signal?.throwIfAborted();
    const said = await this.#ask(this.#messages(question, found), signal);
    const answer = snippet ? (found.find(({ text }) => said !== "" && text.includes(said))?.text ?? said) : said;
    if (output === "flatten") return answer;
    const reference = output === "reference" ? await this.#reference(query, answer, found) : undefined;
    if (isTuple(input)) return output === "reference" ? [name, answer, reference] : [name, answer];
    return { ...(name !== undefined && { name }), answer, ...(reference !== undefined && { reference }) };
  }

  /** The best texts, without those that the signs of the query or the limits leave out. */
  async #context(query: string, texts: readonly string[] | undefined): Promise<readonly ContextRow[]> {
    const { similarity, context = DEFAULT_CONTEXT, minscore = 0, mintokens = 0 } = this.#options;
    const signs = signsOf(query);
    const isGood = (row: ContextRow) =>
      agrees(row, signs) && row.score >= minscore && countWords(row.text) >= mintokens;
    if (texts === undefined) return (await similarity.search(query, context)).map(contextRow).filter(isGood);
    const scored = await similarity.similarity(query, texts);
    const best = scored.map(([id, score]) => ({ id, text: texts[id] ?? "", score })).filter(isGood);
    return best.slice(0, context).sort((left, right) => left.id - right.id);
  }

  #messages(question: string, found: readonly ContextRow[]): readonly ChatMessage[] {
    const { template = DEFAULT_TEMPLATE, separator = DEFAULT_SEPARATOR, system } = this.#options;
    const values = { question, context: found.map(({ text }) => text).join(separator) };
    // In one pass, so that braces in a question or a text stay what they are.
    const prompt = template.replaceAll(/\{(question|context)\}/g, (_, name: keyof typeof values) => values[name]);
    const asked = { role: "user", content: prompt } as const;
    return system === undefined ? [asked] : [{ role: "system", content: system }, asked];
  }

  async #ask(messages: readonly ChatMessage[], signal: AbortSignal | undefined): Promise<string> {
    const { model } = this.#options;
    if (typeof model === "function") return model(messages);
    let reply = "";
    for await (const piece of model.stream(messages, signal ? { signal } : {})) reply += piece;
    return reply;
  }

  async #reference(query: string, answer: string, found: readonly ContextRow[]): Promise<string | number | undefined> {
    const { similarity } = this.#options;
    if (found.length === 0) return undefined;
    const [terms = ""] = similarity.batchterms([query]);
    const texts = found.map(({ text }) => text);
    const [best] = await similarity.similarity(`${terms} ${answer}`, texts);
    return found[best?.[0] ?? 0]?.id;
  }
}

function isList(input: RagInput | readonly RagInput[]): input is readonly RagInput[] {
  return Array.isArray(input);
}

function isTuple(input: RagInput): input is RagTuple {
  return Array.isArray(input);
}

function questionOf(input: RagInput): RagQuestion {
  if (typeof input === "string") return { query: input };
  if (!isTuple(input)) return input;
  const [name, query, question, snippet] = input;
  return { name, query, question, snippet };
}
