export * from "./answer.ts";
export * from "./ingest.ts";
