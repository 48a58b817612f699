import { ModelError } from "../errors.ts";
import type { ModelSourceOptions, PulledModel } from "./model-source.ts";

/**
 * Downloads what Galen needs of a Hugging Face model into the local cache, or completes it there.
 * @param id `org/model`, `org/model@revision`, `org/model/folder`
 * @throws {ModelError} `model_not_found`, `model_access_denied`, `model_offline`, `model_download_failed`,
 *   `weights_missing`, `model_invalid` or `disk_full`; an abort throws the signal's reason.
 */
export async function pullModel(id: string, options: ModelSourceOptions = {}): Promise<PulledModel> {
  options.signal?.throwIfAborted();
  throw new ModelError("model_download_failed", `The model ${id} cannot be downloaded yet.`);
}
