import { pullModel, type PulledModel, type PullProgress } from "@galen/core";
import { z } from "zod";
import { interruptible } from "../interruptible.ts";
import { checked } from "../json-option.ts";
import { ProgressDisplay } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { byteSize, counted, plain, seconds } from "../text.ts";

export interface PullOptions {
  readonly id: string;
  readonly revision?: string;
  readonly endpoint?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** A branch, tag or commit; never a path that leads elsewhere. */
const Revision = z.string().regex(/^\w[\w.+/-]*$/, "must be a branch, a tag or a commit");
const Endpoint = z.url({ protocol: /^https?$/, error: "must be an http or https address" });
const Id = z
  .string()
  .regex(
    /^\w[\w.+-]*(?:\/\w[\w.+-]*)*(?:@\w[\w.+/-]*)?$/,
    "must be a Hugging Face id such as neuml/pubmedbert-base-embeddings",
  );

/** `galen model pull`: brings a model into the local cache. What has arrived stays, so the same command goes on after a Ctrl-C. */
export async function pull({ id, revision, endpoint, cache, json }: PullOptions, terminal: Terminal): Promise<void> {
  checked(Id, id, "<id>");
  checked(Revision.optional(), revision, "--revision");
  checked(Endpoint.optional(), endpoint, "--endpoint");
  checked(z.string().min(1, "must name a folder").optional(), cache, "--cache");
  const started = performance.now();
  const pulled = await interruptible(
    async (signal) => {
      using display = new PullDisplay(plain(id), terminal);
      const onProgress = json === true ? undefined : (progress: PullProgress) => display.update(progress);
      return await pullModel(id, { revision, endpoint, cacheFolder: cache, signal, onProgress });
    },
    { hint: "What has arrived is kept; the same command goes on from there." },
  );
  if (json === true) terminal.out(`${JSON.stringify(documentOf(pulled))}\n`);
  else printPulled(pulled, { took: (performance.now() - started) / 1_000, terminal });
}

/** The bar of a download, and a line when another process has to be waited for. */
class PullDisplay implements Disposable {
  readonly #display: ProgressDisplay;
  readonly #terminal: Terminal;
  #waiting = false;

  constructor(id: string, terminal: Terminal) {
    this.#terminal = terminal;
    this.#display = new ProgressDisplay({ title: `Pulling ${id}`, unit: "bytes", terminal });
  }

  update({ phase, file, bytes, totalBytes, files, totalFiles, resumed }: PullProgress): void {
    if (phase === "waiting" && !this.#waiting)
      this.#terminal.err("Another process downloads this model; waiting for it.\n");
    this.#waiting = phase === "waiting";
    if (phase !== "downloading") return;
    const state = `${counted(files, "file")} of ${totalFiles} done`;
    const item = file === "" ? state : `${file}${resumed ? " (resumed)" : ""} · ${state}`;
    this.#display.update({ done: bytes, ...(totalBytes > 0 && { total: totalBytes }), item });
  }

  [Symbol.dispose](): void {
    this.#display[Symbol.dispose]();
  }
}

function documentOf({ id, revision, commit, path, files }: PulledModel) {
  return {
    id,
    revision,
    commit,
    path,
    files: files.map(({ path, bytes, downloadedBytes }) => ({ path, bytes, downloaded_bytes: downloadedBytes })),
    bytes: sizeOf(files, "bytes"),
    downloaded_bytes: sizeOf(files, "downloadedBytes"),
  };
}

function sizeOf(files: PulledModel["files"], field: "bytes" | "downloadedBytes"): number {
  return files.reduce((sum, file) => sum + file[field], 0);
}

function printPulled(
  { id, commit, path, files }: PulledModel,
  { took, terminal }: { readonly took: number; readonly terminal: Terminal },
): void {
  const downloaded = sizeOf(files, "downloadedBytes");
  const what = `${plain(id)} at ${plain(commit)}`;
  const size = `${counted(files.length, "file")}, ${byteSize(sizeOf(files, "bytes"))}`;
  terminal.out(
    downloaded === 0
      ? `${what} is already there: ${size}\n`
      : `Pulled ${what}: ${size}, ${byteSize(downloaded)} of them downloaded in ${seconds(took)}\n`,
  );
  terminal.out(`${plain(path)}\n`);
}
