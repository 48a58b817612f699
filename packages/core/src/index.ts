export { EvaluationError, GalenError, ModelError } from "./errors.ts";
export { nearestName } from "./nearest-name.ts";
export type { CoreErrorCode, ErrorFacts } from "./errors.ts";
export { SentenceTransformer } from "./sentence-transformer.ts";
export type { EncodeOptions, LoadOptions } from "./sentence-transformer.ts";
export type { Tensor } from "./tensors/inference-message.ts";
export type { Priority } from "./tensors/job-queue.ts";
export type { ThreadOptions } from "./tensors/thread-budget.ts";
export type { EncodeProgress } from "./encode-texts.ts";
export { Tokenizer } from "./tokens/tokenizer.ts";
export type {
  TokenizedPair,
  TokenizedText,
  TokenizeOptions,
  TokenizePairsOptions,
  TokenizerOptions,
} from "./tokens/tokenizer.ts";
export type { TokenSpan } from "./tokens/tokenizer-engine.ts";
export type { TruncationSide, TruncationStrategy } from "./tokens/truncation.ts";
export { buildOnnxModel } from "./onnx-model.ts";
export type { OnnxModel, OnnxModelOptions } from "./onnx-model.ts";
export { cosineSimilarity, dotProduct, similarityMatrix } from "./vectors/similarity.ts";
export { normalize } from "./vectors/normalize.ts";
export { AutoTokenizer } from "./auto-tokenizer.ts";
export type { ModelInputs, TokenizeBatchOptions } from "./auto-tokenizer.ts";
export { AutoModel } from "./auto-model.ts";
export type { ModelOutputs } from "./auto-model.ts";
export { meanPooling } from "./vectors/mean-pooling.ts";
export { evaluatePairs } from "./evaluation/evaluate-pairs.ts";
export type { EvaluatePairsOptions, PairEncoder, TextPair } from "./evaluation/evaluate-pairs.ts";
export { PairsEvaluation } from "./evaluation/pairs-evaluation.ts";
export { pearson, spearman } from "./evaluation/correlation.ts";
export { pullModel } from "./hub/pull-model.ts";
export { locateModel } from "./model-folder/sources.ts";
export type { LocatedModel, ModelSourceOptions, PulledFile, PulledModel, PullProgress } from "./hub/model-source.ts";
