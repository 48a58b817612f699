export { EvaluationError, GalenError, ModelError } from "./errors.ts";
export { nearestName } from "./nearest-name.ts";
export type { CoreErrorCode, ErrorFacts } from "./errors.ts";
export { SentenceTransformer } from "./sentence-transformer.ts";
export type { LoadOptions, SimilarityOptions } from "./sentence-transformer.ts";
export type { Encoded, EncodeOptions, OutputValue, TokenEmbeddings } from "./encode-options.ts";
export type { StreamOptions, StreamProgress, TextStream } from "./encode-stream.ts";
export type { PromptChoice, Prompts, TextKind } from "./prompts.ts";
export type { Tensor } from "./tensors/inference-message.ts";
export type { Priority } from "./tensors/job-queue.ts";
export type { ThreadOptions } from "./tensors/thread-budget.ts";
export type { EncodeProgress } from "./compute-batches.ts";
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
export { writeOnnxModel } from "./write-onnx-model.ts";
export type { WriteOnnxModelOptions } from "./write-onnx-model.ts";
export type { WrittenOnnxModel } from "./onnx-file/write-onnx-file.ts";
export type { ModelOutput, OnnxModel, OnnxModelOptions } from "./onnx-model.ts";
export {
  cosineSimilarity,
  dotProduct,
  euclideanSimilarity,
  manhattanSimilarity,
  similarityMatrix,
  similarityNames,
  similarityPairwise,
} from "./vectors/similarity.ts";
export type { SimilarityName } from "./vectors/similarity.ts";
export { quantizeEmbeddings } from "./vectors/quantize.ts";
export type { QuantizeOptions } from "./vectors/quantize.ts";
export { precisions } from "./vectors/precision.ts";
export type { Precision, VectorOfPrecision } from "./vectors/precision.ts";
export { joinRanges, quantizationRanges } from "./vectors/quantization-ranges.ts";
export type { CalibratedRanges, QuantizationRanges } from "./vectors/quantization-ranges.ts";
export { modelPrecisions } from "./quantization/model-precision.ts";
export type { ModelPrecision, WeightBytes } from "./quantization/model-precision.ts";
export { normalize } from "./vectors/normalize.ts";
export { AutoTokenizer } from "./auto-tokenizer.ts";
export type { ModelInputs, TokenizeBatchOptions } from "./auto-tokenizer.ts";
export { AutoModel } from "./auto-model.ts";
export type { ModelOutputs } from "./auto-model.ts";
export { CrossEncoder } from "./cross-encoder.ts";
export type {
  CrossEncoderLoadOptions,
  PredictOptions,
  RankedDocument,
  RankOptions,
  TextPair,
} from "./cross-encoder.ts";
export type { ActivationName } from "./vectors/activation.ts";
export type { ModelLoadOptions, SourceOptions } from "./load-model.ts";
export { meanPooling } from "./vectors/mean-pooling.ts";
export { evaluatePairs } from "./evaluation/evaluate-pairs.ts";
export type { EvaluatePairsOptions, MatchingPair, PairEncoder } from "./evaluation/evaluate-pairs.ts";
export { PairsEvaluation } from "./evaluation/pairs-evaluation.ts";
export { pearson, spearman } from "./evaluation/correlation.ts";
export { pullModel } from "./hub/pull-model.ts";
export { locateModel } from "./model-folder/sources.ts";
export type { LocatedModel, ModelSourceOptions, PulledFile, PulledModel, PullProgress } from "./hub/model-source.ts";
export { inspectModel } from "./inspect-model.ts";
export { ModelInspection } from "./model-inspection.ts";
