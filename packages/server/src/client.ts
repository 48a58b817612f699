import type {
  Alias,
  CollectionConfigInput,
  CollectionInfo,
  CollectionStatistics,
  DeleteResult,
  Document,
  DocumentInput,
  DocumentPage,
  NewFields,
  PatchResult,
  ReindexRequestInput,
  SearchBatchRequestInput,
  SearchBatchResponse,
  SearchRequestInput,
  SearchResponse,
  SetObjectResult,
  SnapshotInfo,
  SnapshotReport,
  UpsertResult,
} from "@galen/db/schemas";
import type { Answer, AnswerEvent, AnswerRequestInput } from "@galen/rag/schemas";
import { Transport, type CallOptions, type TransportOptions } from "./client/transport.ts";
import type { About } from "./schemas/about.ts";
import type { AliasList } from "./schemas/collections.ts";
import type {
  CollectionFields,
  CollectionList,
  DeleteRequest,
  PatchRequest,
  TaskAccepted,
  TaskList,
  TextWindow,
} from "./schemas/documents.ts";
import type { EmbeddingsRequestInput, EmbeddingsResponse } from "./schemas/embeddings.ts";
import type { RestoreRequest, SnapshotList } from "./schemas/snapshots.ts";
import type { Task } from "./schemas/task.ts";

export { GalenHttpError } from "./client/galen-http-error.ts";
export type { CallOptions, TransportOptions as ClientOptions } from "./client/transport.ts";
export type { About } from "./schemas/about.ts";
export type { CollectionFields, DeleteRequest, PatchRequest, TextWindow } from "./schemas/documents.ts";
export type { EmbeddingsRequestInput, EmbeddingsResponse } from "./schemas/embeddings.ts";
export type { Problem, ProblemIssue } from "./schemas/problem.ts";
export type { Task, TaskState } from "./schemas/task.ts";

/** What a file's upload may say besides the file: the names of its fields, and its format when the name does not tell. */
export interface UploadOptions extends CallOptions {
  readonly name?: string;
  readonly text?: string;
  readonly title?: string;
  readonly id?: string;
  readonly format?: string;
}

export type GalenClient = ReturnType<typeof createClient>;

/**
 * The HTTP API by nouns. Needs nothing but `fetch`, in a browser or anywhere else; every call takes `{ signal }` and throws
 * `GalenHttpError` with the server's problem document.
 *
 * @param baseUrl such as `http://127.0.0.1:8080`; empty for the page's own server
 */
export function createClient(baseUrl = "", options: TransportOptions = {}) {
  const http = new Transport(baseUrl, options);
  return {
    about: (options?: CallOptions) => http.get<About>("/v1/about", options),
    collections: {
      list: (options?: CallOptions) => http.get<CollectionList>("/v1/collections", options),
      create: (config: CollectionConfigInput, options?: CallOptions) =>
        http.post<CollectionInfo>("/v1/collections", config, options),
      get: (name: string, options?: CallOptions) => http.get<CollectionInfo>(collectionPath(name), options),
      fields: (name: string, options?: CallOptions) =>
        http.get<CollectionFields>(`${collectionPath(name)}/fields`, options),
      statistics: (name: string, options?: CallOptions) =>
        http.get<CollectionStatistics>(`${collectionPath(name)}/statistics`, options),
      addFields: (name: string, fields: NewFields, options?: CallOptions) =>
        http.patch<CollectionInfo>(collectionPath(name), { fields }, options),
      rename: (name: string, to: string, options?: CallOptions) =>
        http.patch<CollectionInfo>(collectionPath(name), { name: to }, options),
      /** Makes the collection anew in a task; see `tasks.events`. */
      reindex: (name: string, request: ReindexRequestInput, options?: CallOptions) =>
        http.post<TaskAccepted>(`${collectionPath(name)}/reindex`, request, options),
      delete: (name: string, options?: CallOptions) => http.delete<undefined>(collectionPath(name), options),
    },
    aliases: {
      list: (options?: CallOptions) => http.get<AliasList>("/v1/aliases", options),
      set: (alias: string, collection: string, options?: CallOptions) =>
        http.put<Alias>(aliasPath(alias), { collection }, options),
      remove: (alias: string, options?: CallOptions) => http.delete<undefined>(aliasPath(alias), options),
    },
    documents: {
      upsert: (collection: string, documents: readonly DocumentInput[], options?: WriteOptions) =>
        http.post<UpsertResult>(`${collectionPath(collection)}/documents`, { documents }, writeCall(options)),
      patch: (collection: string, request: PatchRequest, options?: WriteOptions) =>
        http.patch<PatchResult>(`${collectionPath(collection)}/documents`, request, writeCall(options)),
      /** Stores the documents in a task; see `tasks.events`. */
      enqueue: (collection: string, documents: readonly DocumentInput[], options?: CallOptions) =>
        http.post<TaskAccepted>(
          `${collectionPath(collection)}/documents`,
          { documents },
          { ...options, headers: { prefer: "respond-async" } },
        ),
      list: (collection: string, { limit, cursor, ...options }: PageOptions = {}) =>
        http.get<DocumentPage>(`${collectionPath(collection)}/documents${query({ limit, cursor })}`, options),
      get: (collection: string, id: string, options?: CallOptions) =>
        http.get<Document>(documentPath(collection, id), options),
      text: (collection: string, id: string, { start, end, ...options }: TextOptions = {}) =>
        http.get<TextWindow>(`${documentPath(collection, id)}/text${query({ start, end })}`, options),
      delete: (collection: string, selector: DeleteRequest, options?: WriteOptions) =>
        http.post<DeleteResult>(`${collectionPath(collection)}/documents:delete`, selector, writeCall(options)),
    },
    objects: {
      get: (collection: string, id: string, options?: CallOptions) => http.blob(objectPath(collection, id), options),
      /** The blob's type becomes the object's media type. */
      set: (collection: string, id: string, object: Blob, { ifRev, ...options }: ObjectOptions = {}) =>
        http.putBlob<SetObjectResult>(`${objectPath(collection, id)}${query({ if_rev: ifRev })}`, object, options),
      remove: (collection: string, id: string, { ifRev, ...options }: ObjectOptions = {}) =>
        http.delete<SetObjectResult>(`${objectPath(collection, id)}${query({ if_rev: ifRev })}`, options),
    },
    files: {
      add: (collection: string, file: Blob, { name, text, title, id, format, ...options }: UploadOptions = {}) =>
        http.upload<TaskAccepted>(
          `${collectionPath(collection)}/files`,
          uploadForm(file, name, { text, title, id, format }),
          options,
        ),
    },
    tasks: {
      list: (options?: CallOptions) => http.get<TaskList>("/v1/tasks", options),
      get: (id: string, options?: CallOptions) => http.get<Task>(taskPath(id), options),
      cancel: (id: string, options?: CallOptions) => http.delete<Task>(taskPath(id), options),
      /** The task now and at every change, until it has ended. */
      events: (id: string, options?: CallOptions): AsyncGenerator<Task> =>
        http.events<Task>(`${taskPath(id)}/events`, undefined, options),
    },
    snapshots: {
      list: (options?: CallOptions) => http.get<SnapshotList>("/v1/snapshots", options),
      create: (collection: string, options?: CallOptions) =>
        http.post<SnapshotInfo>("/v1/snapshots", { collection }, options),
      verify: (id: string, options?: CallOptions) =>
        http.get<SnapshotReport>(`${snapshotPath(id)}/verification`, options),
      restore: (id: string, request: RestoreRequest = {}, options?: CallOptions) =>
        http.post<CollectionInfo>(`${snapshotPath(id)}/restore`, request, options),
      remove: (id: string, options?: CallOptions) => http.delete<undefined>(snapshotPath(id), options),
    },
    search: (collection: string, request: SearchRequestInput, options?: CallOptions) =>
      http.post<SearchResponse>(`${collectionPath(collection)}/search`, request, options),
    searchBatch: (collection: string, searches: SearchBatchRequestInput["searches"], options?: CallOptions) =>
      http.post<SearchBatchResponse>(`${collectionPath(collection)}/search:batch`, { searches }, options),
    answers: {
      create: (collection: string, request: Omit<AnswerRequestInput, "stream">, options?: CallOptions) =>
        http.post<Answer>(`${collectionPath(collection)}/answers`, request, options),
      stream: (
        collection: string,
        request: Omit<AnswerRequestInput, "stream">,
        options?: CallOptions,
      ): AsyncGenerator<AnswerEvent> =>
        http.events<AnswerEvent>(`${collectionPath(collection)}/answers`, { ...request, stream: true }, options),
    },
    embeddings: {
      create: (request: EmbeddingsRequestInput, options?: CallOptions) =>
        http.post<EmbeddingsResponse>("/v1/embeddings", request, options),
    },
  };
}

export interface WriteOptions extends CallOptions {
  /** Repeating the call with the same key within 24 hours gives the first answer and writes nothing again. */
  readonly idempotencyKey?: string;
}

function writeCall({ idempotencyKey, ...options }: WriteOptions = {}) {
  return { ...options, headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey } };
}

interface PageOptions extends CallOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

interface ObjectOptions extends CallOptions {
  /** The revision that the document must have. */
  readonly ifRev?: number;
}

interface TextOptions extends CallOptions {
  readonly start?: number;
  readonly end?: number;
}

function collectionPath(name: string): string {
  return `/v1/collections/${encodeURIComponent(name)}`;
}

function aliasPath(alias: string): string {
  return `/v1/aliases/${encodeURIComponent(alias)}`;
}

function snapshotPath(id: string): string {
  return `/v1/snapshots/${encodeURIComponent(id)}`;
}

function documentPath(collection: string, id: string): string {
  return `${collectionPath(collection)}/documents/${encodeURIComponent(id)}`;
}

function objectPath(collection: string, id: string): string {
  return `${documentPath(collection, id)}/object`;
}

function taskPath(id: string): string {
  return `/v1/tasks/${encodeURIComponent(id)}`;
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) search.append(name, String(value));
  return search.size === 0 ? "" : `?${search.toString()}`;
}

function uploadForm(
  file: Blob,
  name: string | undefined,
  fields: Readonly<Record<string, string | undefined>>,
): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) form.append(field, value);
  if (name === undefined) form.append("file", file);
  else form.append("file", file, name);
  return form;
}
