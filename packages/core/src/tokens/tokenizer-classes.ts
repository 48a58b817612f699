// How transformers 5 builds a tokenizer from its vocabulary. Its classes do so even when the folder holds a
// tokenizer.json: of that they keep the vocabulary, and take the rest from tokenizer_config.json and their own defaults.

/** A vocabulary as tokenizer.json writes it, with the merges of a BPE model. */
export interface Vocabulary {
  readonly vocab: unknown;
  readonly merges?: unknown;
  /** Base64; the table by which SentencePiece normalizes. */
  readonly charsmap?: string | undefined;
}

/** What tokenizer_config.json can say to a class. */
interface ClassSettings {
  readonly do_lower_case?: boolean | undefined;
  readonly strip_accents?: boolean | null | undefined;
  readonly tokenize_chinese_chars?: boolean | undefined;
  readonly add_prefix_space?: boolean | undefined;
  readonly trim_offsets?: boolean | undefined;
  readonly keep_accents?: boolean | undefined;
}

export const specialTokenNames = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;
export type SpecialTokenName = (typeof specialTokenNames)[number];

export type SpecialTokens = Readonly<Partial<Record<SpecialTokenName, string>>>;

/** One tokenizer class of transformers. */
export interface TokenizerClass {
  readonly modelType: "WordPiece" | "BPE" | "Unigram";
  readonly defaults: SpecialTokens;
  /** The mask token swallows the space before it. */
  readonly maskStripsLeft: boolean;
  components(vocabulary: Vocabulary, settings: ClassSettings, specials: SpecialTokens): Record<string, unknown>;
  /** `undefined` when the class keeps the post_processor of tokenizer.json. */
  postProcessor(idOf: (name: SpecialTokenName) => [token: string, id: number], settings: ClassSettings): unknown;
  readonly keepsPostProcessor?: boolean;
}

const bertDefaults: SpecialTokens = {
  unk_token: "[UNK]",
  sep_token: "[SEP]",
  pad_token: "[PAD]",
  cls_token: "[CLS]",
  mask_token: "[MASK]",
};

const robertaDefaults: SpecialTokens = {
  bos_token: "<s>",
  eos_token: "</s>",
  unk_token: "<unk>",
  sep_token: "</s>",
  pad_token: "<pad>",
  cls_token: "<s>",
  mask_token: "<mask>",
};

// tokenization_bert.py
const bert: TokenizerClass = {
  modelType: "WordPiece",
  defaults: bertDefaults,
  maskStripsLeft: false,
  components: wordPieceComponents,
  postProcessor: (idOf) => template(idOf, "cls_token A sep_token", "cls_token A sep_token B:1 sep_token:1"),
};

// tokenization_mpnet.py: BERT's pieces, RoBERTa's frame.
const mpnet: TokenizerClass = {
  modelType: "WordPiece",
  defaults: { ...robertaDefaults, unk_token: "[UNK]" },
  maskStripsLeft: true,
  components: wordPieceComponents,
  postProcessor: (idOf) => robertaProcessing(idOf, { trimOffsets: true, addPrefixSpace: false }),
};

// tokenization_roberta.py
const roberta: TokenizerClass = {
  modelType: "BPE",
  defaults: robertaDefaults,
  maskStripsLeft: false,
  components: ({ vocab, merges }, { add_prefix_space: addPrefixSpace = false }) => ({
    normalizer: null,
    pre_tokenizer: byteLevel(addPrefixSpace),
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  }),
  postProcessor: (idOf, { trim_offsets: trimOffsets = true, add_prefix_space: addPrefixSpace = false }) =>
    robertaProcessing(idOf, { trimOffsets, addPrefixSpace }),
};

// tokenization_xlm_roberta.py
const xlmRoberta: TokenizerClass = {
  modelType: "Unigram",
  defaults: robertaDefaults,
  maskStripsLeft: false,
  components: (vocabulary, settings) => unigramComponents(vocabulary, settings, 3),
  postProcessor: (idOf) => template(idOf, "bos_token A eos_token", "bos_token A eos_token eos_token B eos_token"),
};

// tokenization_camembert.py
const camembert: TokenizerClass = {
  ...xlmRoberta,
  maskStripsLeft: true,
  components: (vocabulary, settings, specials) =>
    unigramComponents(vocabulary, settings, Math.max(0, pieceIndex(vocabulary.vocab, specials.unk_token))),
};

// tokenization_albert.py
const albert: TokenizerClass = {
  modelType: "Unigram",
  defaults: { ...bertDefaults, bos_token: "[CLS]", eos_token: "[SEP]", unk_token: "<unk>", pad_token: "<pad>" },
  maskStripsLeft: false,
  components: (vocabulary, settings) => {
    const { do_lower_case: lowerCase = true, keep_accents: keepAccents = false } = settings;
    const normalizers = [
      { type: "Replace", pattern: { String: "``" }, content: '"' },
      { type: "Replace", pattern: { String: "''" }, content: '"' },
      ...(keepAccents ? [] : [{ type: "NFKD" }, { type: "StripAccents" }]),
      ...(lowerCase ? [{ type: "Lowercase" }] : []),
      ...precompiled(vocabulary),
    ];
    return { ...unigramComponents(vocabulary, settings, 1), normalizer: { type: "Sequence", normalizers } };
  },
  keepsPostProcessor: true,
  postProcessor: (idOf) => template(idOf, "cls_token A sep_token", "cls_token A sep_token B:1 sep_token:1"),
};

/** By the `tokenizer_class` of tokenizer_config.json, without "Fast". */
export const tokenizerClasses: Readonly<Record<string, TokenizerClass>> = {
  BertTokenizer: bert,
  DistilBertTokenizer: bert,
  ElectraTokenizer: bert,
  MPNetTokenizer: mpnet,
  RobertaTokenizer: roberta,
  XLMRobertaTokenizer: xlmRoberta,
  CamembertTokenizer: camembert,
  AlbertTokenizer: albert,
};

/** tokenization_auto.py, TOKENIZER_MAPPING_NAMES: the class of a model type whose files name none. */
export const classOfModelType: Readonly<Record<string, string>> = {
  bert: "BertTokenizer",
  distilbert: "BertTokenizer",
  electra: "BertTokenizer",
  nomic_bert: "BertTokenizer",
  mpnet: "MPNetTokenizer",
  roberta: "RobertaTokenizer",
  "xlm-roberta": "XLMRobertaTokenizer",
  camembert: "CamembertTokenizer",
  albert: "AlbertTokenizer",
};

function wordPieceComponents(
  { vocab }: Vocabulary,
  { do_lower_case: lowercase = true, strip_accents = null, tokenize_chinese_chars = true }: ClassSettings,
  { unk_token = "[UNK]" }: SpecialTokens,
): Record<string, unknown> {
  return {
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: tokenize_chinese_chars,
      strip_accents,
      lowercase,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: { type: "WordPiece", unk_token, continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
  };
}

function unigramComponents(
  vocabulary: Vocabulary,
  { add_prefix_space: addPrefixSpace = true }: ClassSettings,
  unknownIndex: number,
): Record<string, unknown> {
  const [normalizer = null] = precompiled(vocabulary);
  const prepend_scheme = addPrefixSpace ? "always" : "never";
  const metaspace = { type: "Metaspace", replacement: "▁", prepend_scheme, split: true };
  return {
    normalizer,
    pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }, metaspace] },
    decoder: metaspace,
    model: { type: "Unigram", unk_id: unknownIndex, vocab: vocabulary.vocab, byte_fallback: false },
  };
}

function precompiled({ charsmap }: Vocabulary): unknown[] {
  return charsmap === undefined ? [] : [{ type: "Precompiled", precompiled_charsmap: charsmap }];
}

function pieceIndex(vocab: unknown, piece: string | undefined): number {
  return Array.isArray(vocab) ? vocab.findIndex((entry: unknown) => Array.isArray(entry) && entry[0] === piece) : -1;
}

function byteLevel(addPrefixSpace: boolean): unknown {
  return { type: "ByteLevel", add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
}

type IdOf = (name: SpecialTokenName) => [token: string, id: number];

function robertaProcessing(
  idOf: IdOf,
  { trimOffsets, addPrefixSpace }: { trimOffsets: boolean; addPrefixSpace: boolean },
): unknown {
  return {
    type: "RobertaProcessing",
    sep: idOf("sep_token"),
    cls: idOf("cls_token"),
    trim_offsets: trimOffsets,
    add_prefix_space: addPrefixSpace,
  };
}

// "cls_token A sep_token B:1" → the pieces of a TemplateProcessing; a number after the colon is the type.
function template(idOf: IdOf, single: string, pair: string): unknown {
  const special_tokens: Record<string, unknown> = {};
  const read = (description: string): unknown[] =>
    description.split(" ").map((part) => {
      const [name = "", type = "0"] = part.split(":");
      if (name === "A" || name === "B") return { Sequence: { id: name, type_id: Number(type) } };
      const [token, id] = idOf(name as SpecialTokenName);
      special_tokens[token] = { id: token, ids: [id], tokens: [token] };
      return { SpecialToken: { id: token, type_id: Number(type) } };
    });
  return { type: "TemplateProcessing", single: read(single), pair: read(pair), special_tokens };
}
