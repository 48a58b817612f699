import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, relative, sep } from "node:path";

/** A model repository of the stand-in. */
export interface StandInRepository {
  /** 40 hexadecimal digits; `main` leads to it. */
  readonly commit: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Who asks without it gets 401, as for a private model. */
  readonly token?: string;
}

/** A request as the stand-in saw it. */
export interface SeenRequest {
  /** Which of the two servers: the hub, or the CDN that its redirects lead to. */
  readonly server: "hub" | "cdn";
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Answers a request in place of the stand-in; `false` leaves it to the stand-in. */
export type Intercept = (seen: SeenRequest, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * The endpoints of the Hugging Face hub that a download needs, on loopback: the list of a revision's files, `resolve` with
 * its headers, and a second server for the content of large files, as the hub's CDN is another origin.
 */
export class HubStandIn implements AsyncDisposable {
  readonly repositories: Map<string, StandInRepository>;
  /** All requests so far, in order. */
  readonly requests: SeenRequest[] = [];
  intercept: Intercept = () => false;
  readonly #hub: Server;
  readonly #cdn: Server;

  static async start(repositories: Readonly<Record<string, StandInRepository>>): Promise<HubStandIn> {
    const standIn = new HubStandIn(new Map(Object.entries(repositories)));
    await Promise.all([standIn.#hub, standIn.#cdn].map(listen));
    return standIn;
  }

  private constructor(repositories: Map<string, StandInRepository>) {
    this.repositories = repositories;
    this.#hub = createServer((request, response) => void this.#answer("hub", request, response));
    this.#cdn = createServer((request, response) => void this.#answer("cdn", request, response));
  }

  get endpoint(): string {
    return originOf(this.#hub);
  }

  get cdn(): string {
    return originOf(this.#cdn);
  }

  /** The requests for the content of files, which is what a second download would repeat. */
  get downloads(): readonly SeenRequest[] {
    return this.requests.filter(
      ({ server, method, path }) => method === "GET" && (server === "cdn" || path.includes("/resolve/")),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [this.#hub, this.#cdn].map(async (server) => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }),
    );
  }

  async #answer(server: SeenRequest["server"], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", headers, url = "/" } = request;
    const path = decodeURIComponent(new URL(url, "http://stand-in").pathname);
    const seen: SeenRequest = { server, method, path, range: headers.range, authorization: headers.authorization };
    this.requests.push(seen);
    response.on("error", () => {}); // a client that went away
    if (await this.intercept(seen, response)) return;
    if (server === "cdn") this.#answerBlob(seen, response);
    else this.#answerHub(seen, response);
  }

  #answerHub(seen: SeenRequest, response: ServerResponse): void {
    const [, apiId, apiRevision] = /^\/api\/models\/(.+?)\/(?:revision|tree)\/(.+)$/u.exec(seen.path) ?? [];
    const [, fileId, fileRevision, file = ""] = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/u.exec(seen.path) ?? [];
    const repository = this.repositories.get(apiId ?? fileId ?? "");
    const revision = apiRevision ?? fileRevision;
    if (repository === undefined || !mayRead(repository, seen)) return refuse(response, 401, "RepoNotFound");
    if (revision !== "main" && revision !== repository.commit) return refuse(response, 404, "RevisionNotFound");
    if (seen.path.includes("/tree/")) return sendJson(response, treeOf(repository));
    if (apiId !== undefined) return sendJson(response, infoOf(apiId, repository));
    const content = repository.files.get(file);
    response.setHeader("x-repo-commit", repository.commit);
    if (content === undefined) return refuse(response, 404, "EntryNotFound");
    if (!isLarge(file)) return sendContent(response, { seen, content, etag: gitBlobHash(content) });
    response.setHeader("x-linked-etag", `"${sha256(content)}"`);
    response.setHeader("x-linked-size", content.length);
    response.writeHead(302, { location: `${this.cdn}/${sha256(content)}?signature=secret` }).end();
  }

  #answerBlob(seen: SeenRequest, response: ServerResponse): void {
    const all = [...this.repositories.values()].flatMap(({ files }) => [...files.values()]);
    const content = all.find((bytes) => `/${sha256(bytes)}` === seen.path);
    if (content === undefined) return refuse(response, 404, "");
    sendContent(response, { seen, content, etag: sha256(content) });
  }
}

/** The files of a folder as a repository. */
export async function repositoryOf(
  folder: string,
  commit: string = "0123456789abcdef".repeat(3).slice(0, 40),
): Promise<StandInRepository> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [relative(folder, path).replaceAll(sep, "/"), await readFile(path)] as const),
  );
  return { commit, files: new Map(files) };
}

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** How git names a file's content, and the hub that of a small file. */
export function gitBlobHash(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function mayRead({ token }: StandInRepository, { authorization }: SeenRequest): boolean {
  return token === undefined || authorization === `Bearer ${token}`;
}

/** What the hub keeps in LFS, by .gitattributes. */
function isLarge(path: string): boolean {
  return /\.(?:safetensors|onnx|onnx_data|bin)$/u.test(path);
}

function infoOf(id: string, { commit, files }: StandInRepository): unknown {
  return {
    id,
    modelId: id,
    sha: commit,
    private: false,
    siblings: [...files.keys()].map((rfilename) => ({ rfilename })),
  };
}

function treeOf({ files }: StandInRepository): unknown {
  return [...files].map(([path, content]) => ({
    type: "file",
    path,
    size: content.length,
    oid: gitBlobHash(content),
    ...(isLarge(path) && { lfs: { oid: sha256(content), size: content.length, pointerSize: 130 } }),
  }));
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  if (code !== "") response.setHeader("x-error-code", code);
  response.writeHead(status).end();
}

interface Sending {
  readonly seen: SeenRequest;
  readonly content: Uint8Array;
  readonly etag: string;
}

function sendContent(response: ServerResponse, { seen, content, etag }: Sending): void {
  const [, start] = /^bytes=(\d+)-$/u.exec(seen.range ?? "") ?? [];
  const from = Number(start ?? 0);
  response.setHeader("etag", `"${etag}"`);
  if (from >= content.length && start !== undefined) return refuse(response, 416, "");
  const rest = content.subarray(from);
  response.setHeader("content-length", rest.length);
  if (start !== undefined) response.setHeader("content-range", `bytes ${from}-${content.length - 1}/${content.length}`);
  response.writeHead(start === undefined ? 200 : 206).end(seen.method === "HEAD" ? undefined : rest);
}
