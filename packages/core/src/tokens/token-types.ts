/** What says whether a model is told the segments of its tokens. */
export interface TokenTypeFacts {
  /** tokenizer_config.json `model_input_names` */
  readonly inputNames: readonly string[] | undefined;
  /** tokenizer_config.json `tokenizer_class`, else that of config.json */
  readonly tokenizerClass: string | undefined;
  /** config.json `model_type` */
  readonly modelType: string;
}

/**
 * Whether transformers passes `token_type_ids` to the model, or leaves it with type 0 for every token.
 *
 * That is up to the class of the tokenizer, not to its template: a BERT whose tokenizer was saved by the generic class
 * never sees the segments that its tokenizer.json numbers (transformers 5, `model_input_names`).
 */
export function passesTokenTypes({ inputNames, tokenizerClass, modelType }: TokenTypeFacts): boolean {
  if (inputNames !== undefined) return inputNames.includes("token_type_ids");
  return tokenizerClass === undefined
    ? TYPES_WITH_SEGMENTS.has(modelType)
    : CLASSES_WITH_SEGMENTS.has(tokenizerClass.replace(/Fast$/u, ""));
}

const CLASSES_WITH_SEGMENTS = new Set(["BertTokenizer", "ElectraTokenizer"]);
// Their tokenizer is BertTokenizer when no file says otherwise (transformers, auto/tokenization_auto.py).
const TYPES_WITH_SEGMENTS = new Set(["bert", "distilbert", "electra", "nomic_bert"]);
