import type { Embeddings } from "@galen/db";
import type { ChatMessage, ChatModel } from "../chat/chat-model.ts";

/** What a question is answered with: a chat model, or a function of its messages. */
export type RagModel = ChatModel | ((messages: readonly ChatMessage[]) => Promise<string>);

export interface RagOptions {
  /** An index with content. */
  readonly similarity: Embeddings<true>;
  readonly model: RagModel;
  /** Texts that are searched for each question. @default 3 */
  readonly context?: number;
  /** Texts of a lower score are left out. @default 0 */
  readonly minscore?: number;
  /** Texts of fewer words are left out. @default 0 */
  readonly mintokens?: number;
  /**
   * `default` names each answer, `flatten` gives answers alone, `reference` adds the id of the text that is nearest to query and answer.
   * @default "default"
   */
  readonly output?: "default" | "flatten" | "reference";
  /** The prompt, with `{question}` and `{context}` in it. @default "{question} {context}" */
  readonly template?: string;
  /** Between texts. @default " " */
  readonly separator?: string;
  /** What the model is told before the prompt. */
  readonly system?: string;
}

/** A question. Words of `query` with a + before them must be in a text, those with a − must not. */
export interface RagQuestion {
  readonly name?: string | undefined;
  /** What is searched for: words, or a statement whose rows have id, text and score. */
  readonly query: string;
  /** What the model is asked. @default the query */
  readonly question?: string | undefined;
  /** Whether the text that the answer is part of is the answer. @default false */
  readonly snippet?: boolean | undefined;
}

/** A question as txtai's tuples have it. */
export type RagTuple = readonly [
  name: string | undefined,
  query: string,
  question?: string | undefined,
  snippet?: boolean | undefined,
];

export type RagInput = string | RagQuestion | RagTuple;

/** Of a string or an object. */
export interface RagAnswer {
  /** Where the question has one. */
  readonly name?: string;
  readonly answer: string;
  /** With the output `reference`: the id of a text, or its place among given ones; absent where there was none. */
  readonly reference?: string | number;
}

/** Of a tuple. */
export type RagTupleAnswer = readonly [
  name: string | undefined,
  answer: string,
  reference?: string | number | undefined,
];
