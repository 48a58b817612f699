import { GalenError, type CoreErrorCode } from "@galen/core";
import type { DbErrorCode } from "@galen/db";
import type { RagErrorCode } from "@galen/rag";
import { ServerError, type ServerErrorCode } from "./errors.ts";
import type { Problem, ProblemIssue } from "./schemas/problem.ts";

export type ErrorCode = CoreErrorCode | DbErrorCode | RagErrorCode | ServerErrorCode;

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** The one mapping of errors to HTTP. A new code without a status does not compile. */
export const problemKinds = {
  // core
  model_not_found: { status: 404, title: "There is no such model" },
  model_invalid: { status: 422, title: "The model folder cannot be used" },
  model_offline: { status: 404, title: "The model is not on this machine" },
  model_access_denied: { status: 403, title: "The model hub refuses the model" },
  model_download_failed: { status: 502, title: "The model could not be downloaded" },
  weights_missing: { status: 422, title: "The model folder holds no weights" },
  weights_invalid: { status: 422, title: "The model's weights cannot be read" },
  architecture_unsupported: { status: 422, title: "The model's architecture is not supported" },
  tokenizer_invalid: { status: 422, title: "The model's tokenizer cannot be used" },
  precision_unsupported: { status: 422, title: "The model cannot be computed in this precision here" },
  input_invalid: { status: 422, title: "The text cannot be embedded" },
  inference_failed: { status: 500, title: "The model failed" },
  disposed: { status: 503, title: "The server is stopping" },
  pairs_invalid: { status: 422, title: "The pairs cannot be evaluated" },
  correlation_undefined: { status: 422, title: "The scores have no correlation" },
  // db
  collection_not_found: { status: 404, title: "There is no such collection" },
  collection_exists: { status: 409, title: "The collection exists already" },
  collection_invalid: { status: 422, title: "The collection cannot be made as asked" },
  collection_model_mismatch: { status: 409, title: "The collection belongs to another model" },
  reindex_running: { status: 409, title: "The collection is being indexed anew" },
  document_invalid: { status: 422, title: "The document cannot be stored" },
  document_too_large: { status: 413, title: "The document is too large" },
  field_type_mismatch: { status: 422, title: "A field has another type than declared" },
  embedding_invalid: { status: 422, title: "The model cannot embed the document" },
  object_damaged: { status: 500, title: "The object is missing or damaged" },
  revision_conflict: { status: 409, title: "The document has been changed meanwhile" },
  idempotency_key_invalid: { status: 422, title: "The idempotency key cannot be used" },
  idempotency_key_reused: { status: 422, title: "The idempotency key belongs to another call" },
  import_invalid: { status: 422, title: "The file cannot be imported" },
  snapshot_not_found: { status: 404, title: "There is no such snapshot" },
  snapshot_invalid: { status: 422, title: "The snapshot is damaged" },
  write_queue_full: { status: 429, title: "Too many writes are waiting" },
  write_not_found: { status: 404, title: "There is no such accepted write" },
  filter_invalid: { status: 422, title: "The filter cannot be used" },
  filter_field_unknown: { status: 422, title: "The filter names an unknown field" },
  query_invalid: { status: 422, title: "The query cannot be used" },
  cursor_invalid: { status: 422, title: "The cursor does not belong to this request" },
  cursor_expired: { status: 410, title: "The cursor has expired" },
  data_folder_version: { status: 503, title: "The data folder was written by another version" },
  version_not_reached: { status: 503, title: "The write cannot be read here yet" },
  data_folder_not_found: { status: 503, title: "There is no such data folder" },
  data_folder_locked: { status: 503, title: "The data folder is in use by another process" },
  data_folder_not_writable: { status: 503, title: "The data folder is not writable" },
  disk_full: { status: 507, title: "The disk is full" },
  storage_failed: { status: 500, title: "The storage failed" },
  database_closed: { status: 503, title: "The server is stopping" },
  // rag
  source_not_found: { status: 404, title: "There is no such file" },
  source_unreadable: { status: 422, title: "The file cannot be read" },
  source_format_unknown: { status: 415, title: "The format of the file is not known" },
  source_invalid: { status: 422, title: "The file is not what its format says" },
  source_too_large: { status: 413, title: "The file is too large" },
  record_invalid: { status: 422, title: "A record cannot be used" },
  field_missing: { status: 422, title: "A record lacks a field" },
  chat_failed: { status: 502, title: "The chat model failed" },
  chat_unauthorized: { status: 502, title: "The chat model refused the server's key" },
  // server
  request_invalid: { status: 422, title: "The request is not valid" },
  json_invalid: { status: 400, title: "The body is not valid JSON" },
  body_too_large: { status: 413, title: "The request body is too large" },
  content_type_unsupported: { status: 415, title: "The content type is not supported" },
  upload_invalid: { status: 400, title: "The upload cannot be read" },
  route_not_found: { status: 404, title: "There is nothing at this address" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  document_not_found: { status: 404, title: "There is no such document" },
  object_not_found: { status: 404, title: "The document has no object" },
  alias_not_found: { status: 404, title: "There is no such alias" },
  task_not_found: { status: 404, title: "There is no such task" },
  task_finished: { status: 409, title: "The task has ended already" },
  task_queue_full: { status: 429, title: "Too many tasks are waiting" },
  unauthorized: { status: 401, title: "A key is needed" },
  host_not_allowed: { status: 421, title: "The server does not answer to this host name" },
  origin_not_allowed: { status: 403, title: "Other web pages may not call this server" },
  http_invalid: { status: 400, title: "The request is not valid HTTP" },
  headers_too_large: { status: 431, title: "The request headers are too large" },
  client_closed: { status: 499, title: "The client closed the connection" },
  request_timeout: { status: 504, title: "The request took too long" },
  not_ready: { status: 503, title: "The server is not ready" },
  internal_error: { status: 500, title: "Something failed inside the server" },
  // Start-up and command line only; the statuses are those they would have.
  config_invalid: { status: 500, title: "The configuration cannot be used" },
  config_unreadable: { status: 500, title: "The configuration file cannot be read" },
  keys_required: { status: 500, title: "Keys are needed beyond loopback" },
  port_in_use: { status: 500, title: "The port is in use" },
  address_unavailable: { status: 500, title: "The address cannot be listened on" },
  usage: { status: 500, title: "The command was not understood" },
  input_unreadable: { status: 500, title: "The input cannot be read" },
  output_not_writable: { status: 500, title: "The output cannot be written" },
  doctor_failed: { status: 500, title: "A check failed" },
  documents_failed: { status: 500, title: "Some documents were not stored" },
  interrupted: { status: 500, title: "Stopped by the user" },
} as const satisfies Record<ErrorCode, ProblemKind>;

export interface ProblemContext {
  readonly requestId: string;
  /** Path of the request, without its query. */
  readonly instance: string;
}

/** What a client is told about an error. Of a library's failure (5xx) it hears only the kind: paths and causes go to the log. */
export function toProblem(error: unknown, { requestId, instance }: ProblemContext): Problem {
  const code = errorCode(error);
  const { status, title } = problemKinds[code];
  const tellable = error instanceof ServerError || (error instanceof GalenError && status < 500);
  const own = tellable ? error : undefined;
  const hint = own?.hint ?? (status === 500 ? "The server's log tells more under this request id." : undefined);
  const issues = own?.details["issues"] as ProblemIssue[] | undefined;
  return {
    type: `urn:galen:problem:${code}`,
    title,
    status,
    detail: own?.message ?? title,
    code,
    ...(hint !== undefined && { hint }),
    instance,
    request_id: requestId,
    ...(issues !== undefined && { errors: issues }),
  };
}

/** The stable code of any thrown value; `internal_error` for what nobody foresaw. */
export function errorCode(error: unknown): ErrorCode {
  return error instanceof GalenError && error.code in problemKinds ? (error.code as ErrorCode) : "internal_error";
}
