/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A language model that writes an answer from what it is given. `openAiChat` is one; a test's script is another. */
export interface ChatModel {
  /** What an answer names as its generator. */
  readonly name: string;
  /** Tokens of passages that one question may hold. @default 6000 */
  readonly contextTokens?: number;
  /** The reply in pieces, as they come. Ends when the reply is whole; throws `RagError` when it is not. */
  stream(messages: readonly ChatMessage[], options?: { readonly signal?: AbortSignal }): AsyncIterable<string>;
}
