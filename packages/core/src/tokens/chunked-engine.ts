import type { ChunkRules } from "./chunk-rules.ts";
import type { EngineOptions, TextTokens, TokenizerEngine, TokenSpan } from "./tokenizer-engine.ts";
import { TwoGenerationCache } from "./two-generation-cache.ts";
import type { ChunkTokens } from "./word-piece.ts";

// Words are few and texts are many (Zipf): so many chunks are nearly all that running text consists of. They take about
// 100 bytes each.
const CACHED_CHUNKS = 131_072;
// Longer chunks are no words, and will hardly come again.
const MAX_CACHED_LENGTH = 48;
// A text is read in portions of about this many characters (well below a millisecond), and the clock looked at between.
const PORTION_CHARACTERS = 8192;
// Portions whose unknown chunks go to the other engine together, and how many chunks one call takes: what it gives back
// is copied at once.
const GROUP_CHARACTERS = 65_536;
const CHUNKS_PER_CALL = 256;

/** Another engine behind a cache of the chunks that texts consist of. */
export class ChunkedEngine implements TokenizerEngine {
  readonly #rules: ChunkRules;
  readonly #engine: TokenizerEngine;
  readonly #cache = new TwoGenerationCache<PackedTokens>(CACHED_CHUNKS);

  constructor(rules: ChunkRules, engine: TokenizerEngine) {
    this.#rules = rules;
    this.#engine = engine;
  }

  async tokenize(texts: readonly string[], options: EngineOptions): Promise<TextTokens[]> {
    if (options.withSpans === true && !this.#rules.exactSpans) return this.#engine.tokenize(texts, options);
    const parts: TextTokens[][] = texts.map(() => []);
    for (const group of groups(portions(texts, this.#rules))) {
      for (const [portion, tokens] of await this.#tokenizeGroup(group, options)) parts[portion.index]?.push(tokens);
    }
    return parts.map((of) => joinParts(of, options));
  }

  // Whatever is not known after a first look is learned, and looked for again: at most a few times, as what was
  // learned for this group is kept beside the cache.
  async #tokenizeGroup(
    group: readonly Portion[],
    { withSpans = false, turn, signal }: EngineOptions,
  ): Promise<Map<Portion, TextTokens>> {
    const results = new Map<Portion, TextTokens>(group.map((portion) => [portion, noTokens]));
    const learned = new Map<string, PackedTokens>();
    let open: readonly Portion[] = group;
    while (open.length > 0) {
      const unknown = new Set<string>();
      const incomplete: Portion[] = [];
      for (const portion of open) {
        if (turn.isOver()) await turn.next();
        const sink = new TokenSink(withSpans);
        if (this.#collect(portion, { learned, unknown, sink })) results.set(portion, sink.take());
        else incomplete.push(portion);
      }
      for (const chunks of batches(unknown)) {
        const tokenized = await this.#engine.tokenize(chunks, { withSpans: this.#rules.exactSpans, turn, signal });
        for (const [index, chunk] of chunks.entries()) learned.set(chunk, this.#learn(chunk, tokenized[index]));
      }
      open = incomplete;
    }
    return results;
  }

  /** Whether all chunks of the portion were known; those that were not are noted down. */
  #collect(
    { text, start: from, end: to }: Portion,
    { learned, unknown, sink }: { learned: Map<string, PackedTokens>; unknown: Set<string>; sink: TokenSink },
  ): boolean {
    let complete = true;
    for (let start = this.#rules.startAt(text, from, to); start < to;) {
      const end = Math.min(this.#rules.endOf(text, start), to);
      const chunk = text.slice(start, end);
      const tokens = this.#find(chunk) ?? learned.get(chunk);
      if (tokens === undefined) {
        unknown.add(chunk);
        complete = false;
      } else if (complete) {
        sink.add(tokens, start, end);
      }
      start = this.#rules.startAt(text, end, to);
    }
    return complete;
  }

  #find(chunk: string): PackedTokens | undefined {
    const cached = chunk.length <= MAX_CACHED_LENGTH ? this.#cache.get(chunk) : undefined;
    if (cached !== undefined) return cached;
    const tokens = this.#rules.tokenize?.(chunk);
    return tokens && this.#keep(chunk, tokens);
  }

  #learn(chunk: string, { ids, spans = [] }: TextTokens = noTokens): PackedTokens {
    const whole = [0, chunk.length] as const;
    return this.#keep(
      chunk,
      Array.from(ids).flatMap((id, token) => [id, ...(spans[token] ?? whole)]),
    );
  }

  #keep(chunk: string, tokens: ChunkTokens): PackedTokens {
    const [id = 0, start, end] = tokens;
    const packed = tokens.length === 3 && start === 0 && end === chunk.length ? id : tokens;
    if (chunk.length <= MAX_CACHED_LENGTH) this.#cache.set(chunk, packed);
    return packed;
  }
}

// Most words are one token, all of it: its id alone is kept, which costs the garbage collector nothing.
type PackedTokens = number | ChunkTokens;

/** A part of the text at `index`, cut at a chunk's beginning. */
interface Portion {
  readonly index: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function* portions(texts: readonly string[], rules: ChunkRules): Generator<Portion> {
  for (const [index, text] of texts.entries()) {
    for (let start = 0; start < text.length;) {
      const near = start + PORTION_CHARACTERS;
      const end = near < text.length ? rules.endOf(text, near) : text.length;
      yield { index, text, start, end };
      start = end;
    }
  }
}

function* groups(all: Iterable<Portion>): Generator<Portion[]> {
  let group: Portion[] = [];
  let characters = 0;
  for (const portion of all) {
    group.push(portion);
    characters += portion.end - portion.start;
    if (characters < GROUP_CHARACTERS) continue;
    yield group;
    group = [];
    characters = 0;
  }
  if (group.length > 0) yield group;
}

function* batches(chunks: ReadonlySet<string>): Generator<string[]> {
  const all = [...chunks];
  for (let start = 0; start < all.length; start += CHUNKS_PER_CALL) yield all.slice(start, start + CHUNKS_PER_CALL);
}

const noTokens: TextTokens = { ids: new Int32Array(), spans: [] };

function joinParts(parts: readonly TextTokens[], { withSpans = false }: EngineOptions): TextTokens {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const ids = new Int32Array(parts.reduce((length, part) => length + part.ids.length, 0));
  let position = 0;
  for (const part of parts) {
    ids.set(part.ids, position);
    position += part.ids.length;
  }
  return withSpans ? { ids, spans: parts.flatMap(({ spans = [] }) => spans) } : { ids };
}

/** Collects the tokens of chunks. */
class TokenSink {
  readonly #ids: number[] = [];
  readonly #spans: TokenSpan[] | undefined;

  constructor(withSpans: boolean) {
    this.#spans = withSpans ? [] : undefined;
  }

  add(tokens: PackedTokens, offset: number, end: number): void {
    if (typeof tokens === "number") {
      this.#ids.push(tokens);
      this.#spans?.push([offset, end]);
      return;
    }
    for (let at = 0; at < tokens.length; at += 3) {
      this.#ids.push(tokens[at] ?? 0);
      this.#spans?.push([offset + (tokens[at + 1] ?? 0), offset + (tokens[at + 2] ?? 0)]);
    }
  }

  take(): TextTokens {
    const ids = Int32Array.from(this.#ids);
    return this.#spans === undefined ? { ids } : { ids, spans: this.#spans };
  }
}
