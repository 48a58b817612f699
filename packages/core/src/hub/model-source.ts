/** Where a model that is named by a Hugging Face id comes from. A local folder and an npm package need none of it. */
export interface ModelSourceOptions {
  /** Branch, tag or commit. @default "main", or what follows the `@` of `org/model@revision` */
  readonly revision?: string | undefined;
  /**
   * Opens no socket: what is not on this machine is an error. `HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE` and
   * `GALEN_OFFLINE` (1, true, yes, on) do the same and cannot be overruled. @default false
   */
  readonly offline?: boolean | undefined;
  /**
   * Sent to the hub's own origin only; `false` sends none.
   * @default HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the token file that `hf auth login` writes
   */
  readonly token?: string | false | undefined;
  /** Address of the hub or of a mirror. @default HF_ENDPOINT, or https://huggingface.co */
  readonly endpoint?: string | undefined;
  /** @default HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub, as huggingface_hub */
  readonly cacheFolder?: string | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
  /** An abort keeps what has arrived for the next time. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a download has come. */
export interface PullProgress {
  /** `waiting`: another process downloads the same model. `preparing`: the hub is asked for names and sizes. */
  readonly phase: "waiting" | "preparing" | "downloading";
  /** The file that has just moved on, as a path in the repository; empty while there is none. */
  readonly file: string;
  /** Of all files together, those that were there before included. */
  readonly bytes: number;
  /** 0 until the sizes are known. */
  readonly totalBytes: number;
  /** Finished files. */
  readonly files: number;
  readonly totalFiles: number;
  /** Whether `file` goes on where an earlier download of it ended. */
  readonly resumed: boolean;
}

/** A model that is whole in the cache. */
export interface PulledModel {
  /** `org/model` */
  readonly id: string;
  /** As asked for: branch, tag or commit. */
  readonly revision: string;
  readonly commit: string;
  /** The folder to load it from. */
  readonly path: string;
  readonly files: readonly PulledFile[];
}

export interface PulledFile {
  /** Path in the repository. */
  readonly path: string;
  readonly bytes: number;
  /** Bytes that came over the network in this call: 0 for a file that was there. */
  readonly downloadedBytes: number;
}

/** A model found on this machine. */
export interface LocatedModel {
  readonly path: string;
  /** The name that people know the model by. */
  readonly name: string;
  readonly origin: "folder" | "npm" | "cache";
  /** Of a model in the Hugging Face cache. */
  readonly commit?: string | undefined;
}
