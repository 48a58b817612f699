import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import type { AppContext } from "../context.ts";
import { ServerError } from "../errors.ts";
import { bodyTooLarge, contentTypeUnsupported, mediaType } from "../middleware/json-body.ts";

/** Names of fields and formats are short; anything longer is a mistake in the form. */
const MAX_FIELD_BYTES = 1_024;
const MAX_FIELDS = 16;
const MAX_NAME_LENGTH = 255;

/** An uploaded file in a temporary folder of its own. */
export interface SpooledUpload {
  readonly path: string;
  /** As the client called it, without folders. */
  readonly name: string;
  readonly mediaType: string;
  readonly fields: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Writes the file of a multipart upload to disk as it arrives, never all of it in memory.
 *
 * @throws ServerError `content_type_unsupported`, `body_too_large`, `upload_invalid`
 */
export async function spoolUpload(
  c: AppContext,
  { uploadLimit, signal }: { readonly uploadLimit: number; readonly signal: AbortSignal },
): Promise<SpooledUpload> {
  const contentType = c.req.header("content-type");
  const { body } = c.req.raw;
  if (mediaType(c) !== "multipart/form-data" || contentType === undefined || body === null)
    throw contentTypeUnsupported("multipart/form-data");
  const folder = await mkdtemp(join(tmpdir(), "galen-upload-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "file");
    const parts = await readParts({ body, contentType, path, uploadLimit, signal });
    return { path, remove, ...parts };
  } catch (error) {
    await remove();
    throw signal.aborted ? signal.reason : asUploadError(error);
  }
}

interface PartsToRead {
  readonly body: ReadableStream<Uint8Array>;
  readonly contentType: string;
  readonly path: string;
  readonly uploadLimit: number;
  readonly signal: AbortSignal;
}

async function readParts({
  body,
  contentType,
  path,
  uploadLimit,
  signal,
}: PartsToRead): Promise<Omit<SpooledUpload, "path" | "remove">> {
  const fields: Record<string, string> = {};
  let file: { readonly name: string; readonly mediaType: string; readonly written: Promise<void> } | undefined;
  const parser = new Busboy({
    headers: { "content-type": contentType },
    limits: { files: 1, fileSize: uploadLimit, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, fieldNameSize: 100 },
  });
  parser.on("field", (name, value) => (fields[name] = value));
  parser.on("file", (_field, stream, name, _encoding, mediaType) => {
    const written = writeFile(stream, path, uploadLimit);
    // Awaited below; until then a failure must not count as unhandled.
    written.catch(() => parser.destroy());
    file = { name: plainName(name), mediaType, written };
  });
  await pipeline(Readable.fromWeb(body), parser, { signal }).catch(async (error: unknown) => {
    await file?.written;
    throw error;
  });
  if (file === undefined) throw uploadInvalid("The upload holds no file");
  await file.written;
  return { name: file.name, mediaType: file.mediaType, fields };
}

async function writeFile(stream: BusboyFileStream, path: string, limit: number): Promise<void> {
  stream.once("limit", () => stream.destroy(bodyTooLarge(limit, "GALEN_UPLOAD_LIMIT")));
  await pipeline(stream, createWriteStream(path));
}

/** Browsers send a bare name; others may send a path, of either kind. Control characters would break a line of output. */
function plainName(name: string | undefined): string {
  const plain = basename((name ?? "").replaceAll("\\", "/"))
    .replaceAll(/\p{Cc}/gu, "")
    .slice(-MAX_NAME_LENGTH);
  return plain === "" || plain === "." || plain === ".." ? "upload" : plain;
}

function asUploadError(error: unknown): ServerError {
  return error instanceof ServerError ? error : uploadInvalid("The upload is not a complete multipart form", error);
}

function uploadInvalid(message: string, cause?: unknown): ServerError {
  return new ServerError("upload_invalid", message, {
    hint: "Send the file as the field `file` of a multipart/form-data request, as `curl -F file=@notes.jsonl` does.",
    cause,
  });
}
