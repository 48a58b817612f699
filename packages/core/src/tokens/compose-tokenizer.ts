import type {
  AddedToken,
  NamedToken,
  SpecialTokensMap,
  TokenizerConfig,
  TokenizerDefaults,
} from "./tokenizer-config.ts";
import { specialTokenNames } from "./tokenizer-classes.ts";
import type { SpecialTokenName, SpecialTokens, TokenizerClass, Vocabulary } from "./tokenizer-classes.ts";

/** What the files of a folder say, read. */
export interface TokenizerSources {
  /** tokenizer.json, when there is one. */
  readonly json: TokenizerDefaults | undefined;
  readonly config: TokenizerConfig;
  readonly specialTokensMap: SpecialTokensMap | undefined;
  readonly addedTokenIds: Readonly<Record<string, number>> | undefined;
}

/** Builds the tokenizer as a class of transformers does; what it leaves of tokenizer.json is the vocabulary. */
export function composeTokenizer(
  tokenizerClass: TokenizerClass,
  vocabulary: Vocabulary,
  sources: TokenizerSources,
): Record<string, unknown> {
  const { json, config } = sources;
  const named = namedTokens(sources, tokenizerClass);
  const specials: SpecialTokens = Object.fromEntries(
    Object.entries(named).map(([name, token]) => [name, contentOf(token)]),
  );
  const added = withSpecialTokens(listedTokens(sources), { named, sources });
  const ids = tokenIds(vocabulary.vocab, added);
  const idOf = (name: SpecialTokenName): [string, number] => {
    const token = specials[name] ?? "";
    return [token, ids.get(token) ?? 0];
  };
  const kept = tokenizerClass.keepsPostProcessor === true ? json?.post_processor : undefined;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map((token) => withId(token, ids)),
    ...tokenizerClass.components(vocabulary, config, specials),
    post_processor: kept ?? tokenizerClass.postProcessor(idOf, config),
  };
}

/** A tokenizer.json that transformers takes as it is, with the tokens that only the files beside it name. */
export function extendTokenizer(json: TokenizerDefaults, sources: TokenizerSources): Record<string, unknown> {
  const own = new Set(json.added_tokens.map(({ content }) => content));
  const listed = sources.config.added_tokens_decoder === undefined ? [] : listedTokens(sources);
  const named = withSpecialTokens(listed, { named: namedTokens(sources, undefined), sources });
  const more = named.filter((token) => listed.includes(token) || !own.has(token.content));
  const ids = tokenIds(json.model.vocab, more);
  return { ...json, added_tokens: [...json.added_tokens, ...more.map((token) => withId(token, ids))] };
}

function withId(token: AddedToken, ids: ReadonlyMap<string, number>): AddedToken & { id: number } {
  return { id: ids.get(token.content) ?? 0, ...token };
}

// PreTrainedTokenizerBase._from_pretrained: added_tokens_decoder replaces every other list of added tokens.
function listedTokens({ json, config, specialTokensMap, addedTokenIds }: TokenizerSources): AddedToken[] {
  if (config.added_tokens_decoder !== undefined) return byId(Object.entries(config.added_tokens_decoder));
  const specials = new Set(
    specialTokenNames.map((name) => contentOf(specialTokensMap?.[name] ?? config[name] ?? undefined)),
  );
  const legacy = Object.entries(addedTokenIds ?? {}).map(([content, id]): [number, AddedToken] => {
    return [id, plainToken(content, { special: specials.has(content) })];
  });
  const own = (json?.added_tokens ?? []).map(({ id, ...token }): [number, AddedToken] => [id, completed(token)]);
  return byId([...legacy, ...own]);
}

// A later entry with the same id replaces the earlier one.
function byId(entries: readonly (readonly [string | number, AddedToken])[]): AddedToken[] {
  const tokens = new Map(entries.map(([id, token]) => [Number(id), token]));
  return [...tokens].toSorted(([a], [b]) => a - b).map(([, token]) => token);
}

// TokenizersBackend.__init__: special tokens that no list holds are added behind it.
function withSpecialTokens(
  listed: readonly AddedToken[],
  { named, sources }: { named: NamedTokens; sources: TokenizerSources },
): AddedToken[] {
  const { config, specialTokensMap } = sources;
  const extra =
    config.extra_special_tokens ??
    config.additional_special_tokens ??
    (config.added_tokens_decoder === undefined ? specialTokensMap?.additional_special_tokens : undefined) ??
    [];
  const all = new Map(listed.map((token) => [token.content, token]));
  for (const token of [...specialTokenNames.flatMap((name) => named[name] ?? []), ...extra]) {
    const content = contentOf(token) ?? "";
    if (all.has(content)) continue;
    all.set(content, typeof token === "string" ? plainToken(token, { special: true }) : { ...token, special: true });
  }
  return [...all.values()];
}

type NamedTokens = Readonly<Partial<Record<SpecialTokenName, NamedToken>>>;

function namedTokens(
  { config, specialTokensMap }: TokenizerSources,
  tokenizerClass: TokenizerClass | undefined,
): NamedTokens {
  const map = config.added_tokens_decoder === undefined ? specialTokensMap : undefined;
  return Object.fromEntries(
    specialTokenNames.flatMap((name) => {
      const fallback = config[name] === undefined ? tokenizerClass?.defaults[name] : undefined;
      const token = map?.[name] ?? config[name] ?? fallback;
      if (token === undefined || token === null) return [];
      const stripsLeft = name === "mask_token" && tokenizerClass?.maskStripsLeft === true && typeof token === "string";
      return [[name, stripsLeft ? { ...plainToken(token, { special: true }), lstrip: true } : token]];
    }),
  );
}

// The ids of added tokens: the library gives one the id that the vocabulary has for it, else the next free one.
function tokenIds(vocab: unknown, added: readonly AddedToken[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const { size, idOf } = piecesOf(vocab);
  let next = size;
  for (const { content } of added) {
    if (ids.has(content)) continue;
    const id = idOf(content);
    ids.set(content, id ?? next);
    if (id === undefined) next += 1;
  }
  return ids;
}

interface Pieces {
  readonly size: number;
  readonly idOf: (piece: string) => number | undefined;
}

// Of an object only the few pieces are looked at that are asked for.
function piecesOf(vocab: unknown): Pieces {
  if (Array.isArray(vocab)) {
    const ids = new Map(vocab.map((entry, index) => [String((entry as unknown[])[0]), index]));
    return { size: ids.size, idOf: (piece) => ids.get(piece) };
  }
  const ids = (typeof vocab === "object" && vocab !== null ? vocab : {}) as Readonly<Record<string, number>>;
  return { size: Object.keys(ids).length, idOf: (piece) => (Object.hasOwn(ids, piece) ? ids[piece] : undefined) };
}

function contentOf(token: NamedToken | null | undefined): string | undefined {
  return typeof token === "string" ? token : (token?.content ?? undefined);
}

function plainToken(content: string, { special }: { special: boolean }): AddedToken {
  return { content, single_word: false, lstrip: false, rstrip: false, normalized: !special, special };
}

function completed(token: { readonly content: string }): AddedToken {
  return { ...plainToken(token.content, { special: false }), ...token };
}
