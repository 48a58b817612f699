import { ModelError } from "../errors.ts";
import { refusal } from "./refusal.ts";
import { request } from "./request.ts";
import type { HubConnection } from "./request.ts";
import { withRetries } from "./retry.ts";

/** A file of a repository at a commit. */
export interface RepositoryFile {
  readonly id: string;
  readonly commit: string;
  readonly path: string;
}

/** A file with what the hub says of its content. */
export interface ResolvedFile extends RepositoryFile {
  readonly url: string;
  /** The checksum, and the name of the blob: sha256 of a large file, sha1 of the git blob of a small one; hex. */
  readonly etag: string;
  /** `undefined` when the server does not say. */
  readonly size: number | undefined;
}

/** The most that the hub gives out over plain HTTP (huggingface_hub, constants.py MAX_HTTP_DOWNLOAD_SIZE). */
export const MAX_FILE_BYTES = 50 * 1000 ** 3;

/**
 * Asks for the checksum and size of a file.
 * @throws {ModelError} `model_access_denied` or `model_download_failed`.
 */
export async function resolveFile(file: RepositoryFile, connection: HubConnection): Promise<ResolvedFile> {
  const url = fileUrl(file, connection);
  const subject = { id: file.id, revision: file.commit, file: file.path };
  return withRetries(
    async () => {
      await using answer = await request(connection, { method: "HEAD", url, isAnswer: hasMetadata });
      if (answer.status >= 400) throw refusal(answer, subject, connection);
      return { ...file, url, ...readMetadata(answer.headers, file) };
    },
    { ...connection, what: `${file.path} of ${file.id}` },
  );
}

// The redirect to the CDN carries what the hub knows of the file; the CDN need not be asked.
function hasMetadata({ headers }: Response): boolean {
  return headers.has("x-linked-etag");
}

function fileUrl({ id, commit, path }: RepositoryFile, { endpoint }: HubConnection): string {
  return `${endpoint}/${id}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}

function readMetadata(headers: Headers, file: RepositoryFile): Pick<ResolvedFile, "etag" | "size"> {
  const commit = headers.get("x-repo-commit");
  if (commit !== null && commit !== file.commit) throw unusable(file, "of another commit");
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag") ?? "").replace(/^W\//u, "").replaceAll('"', "");
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(etag)) throw unusable(file, "without a checksum");
  const length = headers.get("x-linked-size") ?? (headers.has("location") ? null : headers.get("content-length"));
  if (length === null) return { etag, size: undefined };
  const size = Number(length);
  if (!/^\d+$/u.test(length) || size > MAX_FILE_BYTES)
    throw unusable(file, `of an impossible size (${length.slice(0, 32)})`);
  return { etag, size };
}

function unusable({ id, path }: RepositoryFile, problem: string): ModelError {
  return new ModelError("model_download_failed", `The hub offers ${path} of ${id} ${problem}.`, {
    hint: "Check that HF_ENDPOINT is a model hub and that no proxy answers in its place.",
    details: { id, file: path },
  });
}
