export type { PassageMetadata } from "./documents.ts";
export { GalenEmbeddings } from "./embeddings.ts";
export type { GalenEmbeddingsParams } from "./embeddings.ts";
export { GalenRetriever } from "./retriever.ts";
export type { GalenRetrieverCall, GalenRetrieverInput } from "./retriever.ts";
export { GalenVectorStore } from "./vector-store.ts";
export type { GalenDeleteParams, GalenVectorStoreConfig } from "./vector-store.ts";
