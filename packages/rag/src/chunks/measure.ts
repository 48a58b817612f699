import type { Embedder } from "@galen/db";
import type { Span } from "@galen/db/schemas";
import type { Sentence } from "./sentences.ts";

/** A sentence, or a piece of one that is longer than a passage may be. */
export interface Unit extends Sentence {
  readonly tokens: number;
}

/** Texts counted in one call of the tokenizer. */
const COUNT_BATCH = 512;
/** No tokenizer needs this many characters for a token on average: a longer sentence is over the limit without counting. */
const MAX_CHARS_PER_TOKEN = 16;
/** A longer run without spaces is no word (a sequence, base64) and may be cut inside. */
const MAX_WORD_LENGTH = 64;

/** Sentences with their tokens; one of more than `limit` tokens in pieces, cut at spaces. */
export async function measure(
  text: string,
  sentences: Iterable<Sentence>,
  { embedder, limit }: { embedder: Embedder; limit: number },
): Promise<Unit[]> {
  const units: Unit[] = [];
  for (const batch of batches(sentences, COUNT_BATCH)) {
    const short = batch.filter((sentence) => sentence.end - sentence.start <= limit * MAX_CHARS_PER_TOKEN);
    const counted = await countTokens(text, short, embedder);
    for (const sentence of batch) {
      const tokens = counted.get(sentence) ?? Infinity;
      if (tokens <= limit) units.push({ ...sentence, tokens });
      else units.push(...(await cutSentence(text, sentence, { embedder, limit })));
    }
  }
  return units;
}

async function countTokens<S extends Span>(
  text: string,
  spans: readonly S[],
  embedder: Embedder,
): Promise<Map<S, number>> {
  const counts =
    spans.length === 0 ? [] : await embedder.countTokens(spans.map(({ start, end }) => text.slice(start, end)));
  return new Map(spans.map((span, index) => [span, counts[index] ?? 0]));
}

async function cutSentence(
  text: string,
  sentence: Sentence,
  { embedder, limit }: { embedder: Embedder; limit: number },
) {
  const pieces: Unit[] = [];
  let open: Unit | undefined;
  for (const words of batches(findWords(text, sentence), COUNT_BATCH)) {
    const counted = await countTokens(text, words, embedder);
    for (const word of words) {
      const tokens = counted.get(word) ?? 0;
      if (open !== undefined && open.tokens + tokens <= limit)
        open = { ...open, end: word.end, tokens: open.tokens + tokens };
      else {
        if (open !== undefined) pieces.push(open);
        open = { ...word, tokens, opensBlock: sentence.opensBlock && word.start === sentence.start };
      }
    }
  }
  return open === undefined ? pieces : [...pieces, open];
}

function* findWords(text: string, { start, end }: Span): Iterable<Span> {
  let at = start;
  while (at < end) {
    const gap = nextSpace(text, at, Math.min(end, at + MAX_WORD_LENGTH));
    const wordEnd = gap ?? wholeCharacters(text, Math.min(end, at + MAX_WORD_LENGTH), end);
    yield { start: at, end: wordEnd };
    at = wordEnd;
    while (at < end && /\s/.test(text.charAt(at))) at += 1;
  }
}

function nextSpace(text: string, from: number, to: number): number | undefined {
  for (let at = from + 1; at < to; at += 1) if (/\s/.test(text.charAt(at))) return at;
  return undefined;
}

/** The offset, moved off the middle of a surrogate pair. */
function wholeCharacters(text: string, offset: number, end: number): number {
  const splitsPair =
    offset < end && /[\uD800-\uDBFF]/.test(text.charAt(offset - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(offset));
  return splitsPair ? offset + 1 : offset;
}

function* batches<T>(items: Iterable<T>, size: number): Iterable<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
