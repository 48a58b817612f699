import { GalenError } from "@galen/core";

/** Codes that `@galen/db` throws, or reports per document in an upsert. */
export type DbErrorCode =
  | "collection_not_found"
  | "collection_exists"
  | "collection_invalid"
  | "collection_model_mismatch"
  | "reindex_running"
  | "document_invalid"
  | "document_too_large"
  | "field_type_mismatch"
  | "embedding_invalid"
  | "object_damaged"
  | "revision_conflict"
  | "idempotency_key_invalid"
  | "idempotency_key_reused"
  | "import_invalid"
  | "snapshot_not_found"
  | "snapshot_invalid"
  | "write_queue_full"
  | "write_not_found"
  | "filter_invalid"
  | "filter_field_unknown"
  | "query_invalid"
  | "cursor_invalid"
  | "cursor_expired"
  | "data_folder_version"
  | "version_not_reached"
  | "data_folder_not_found"
  | "data_folder_locked"
  | "data_folder_not_writable"
  | "disk_full"
  | "storage_failed"
  | "database_closed";

/** A collection, a document, a filter, a query or the data folder that cannot be used as asked. */
export class DbError extends GalenError<DbErrorCode> {}
