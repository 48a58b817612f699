import { GalenError } from "@galen/core";

/** Codes that `@galen/rag` throws, or reports per file while ingesting. */
export type RagErrorCode =
  | "source_not_found"
  | "source_unreadable"
  | "source_format_unknown"
  | "source_invalid"
  | "source_too_large"
  | "record_invalid"
  | "field_missing"
  | "chat_failed"
  | "chat_unauthorized";

/** A file that cannot be read, a record that cannot be used, or a chat model that failed. */
export class RagError extends GalenError<RagErrorCode> {}
