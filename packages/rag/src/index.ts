export { answer, streamAnswer } from "./answer.ts";
export type { AnswerOptions } from "./answer.ts";
export type { ChatMessage, ChatModel } from "./chat/chat-model.ts";
export { openAiChat } from "./chat/openai-chat.ts";
export type { OpenAiChatOptions } from "./chat/openai-chat.ts";
export { splitPassages } from "./chunks/split-passages.ts";
export { openDatabase, openDatabaseReader } from "./open-database.ts";
export { openBeirFolder } from "./evaluation/beir-folder.ts";
export type { BeirDocument, BeirFolder, BeirQuery } from "./evaluation/beir-folder.ts";
export { evaluateRetrieval } from "./evaluation/evaluate-retrieval.ts";
export { judgeRanking, RANKING_LIMIT } from "./evaluation/judge-ranking.ts";
export { RetrievalEvaluation } from "./evaluation/retrieval-evaluation.ts";
export { meanMetrics, metricNames } from "./evaluation/retrieval-metrics.ts";
export type { RetrievalMetrics } from "./evaluation/retrieval-metrics.ts";
export { defaultRuns, retrievalRunNames } from "./evaluation/retrieval-runs.ts";
export type { RetrievalRun } from "./evaluation/retrieval-runs.ts";
export { RagError } from "./errors.ts";
export type { RagErrorCode } from "./errors.ts";
export { ingest, ingestBytes } from "./ingest.ts";
export type { IngestOptions, NamedBytes } from "./ingest.ts";
export type { FieldNames } from "./loaders/loader.ts";
export { loaderNames } from "./loaders/registry.ts";
export type { LoaderName } from "./loaders/registry.ts";
export type { Answer, AnswerEvent, AnswerRequest, AnswerRequestInput, Citation, Source } from "./schemas/answer.ts";
export type { IngestFailure, IngestProgress, IngestReport } from "./schemas/ingest.ts";
export { readJsonLines } from "./read-json-lines.ts";
export { RAG } from "./txtai/rag.ts";
export type { RagCall, RagOutput } from "./txtai/rag.ts";
export type {
  RagAnswer,
  RagInput,
  RagModel,
  RagOptions,
  RagQuestion,
  RagTuple,
  RagTupleAnswer,
} from "./txtai/rag-options.ts";
