import { GalenError } from "@galen/core";

/** Codes that the server and the command line add to those of the libraries. */
export type ServerErrorCode =
  | "request_invalid"
  | "json_invalid"
  | "body_too_large"
  | "content_type_unsupported"
  | "upload_invalid"
  | "route_not_found"
  | "method_not_allowed"
  | "document_not_found"
  | "object_not_found"
  | "alias_not_found"
  | "task_not_found"
  | "task_finished"
  | "task_queue_full"
  | "unauthorized"
  | "host_not_allowed"
  | "origin_not_allowed"
  | "http_invalid"
  | "headers_too_large"
  | "client_closed"
  | "request_timeout"
  | "not_ready"
  | "internal_error"
  | "config_invalid"
  | "config_unreadable"
  | "keys_required"
  | "port_in_use"
  | "address_unavailable"
  | "usage"
  | "input_unreadable"
  | "output_not_writable"
  | "doctor_failed"
  | "documents_failed"
  | "interrupted";

/** A request that the server refuses, a setting that it cannot use, or a command that cannot go on. */
export class ServerError extends GalenError<ServerErrorCode> {}
