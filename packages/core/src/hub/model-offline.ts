import { ModelError } from "../errors.ts";
import type { CacheLayout } from "./cache-layout.ts";
import type { Snapshot } from "./find-snapshot.ts";

export interface NotHere {
  readonly id: string;
  readonly revision: string;
  readonly layout: CacheLayout;
  /** What the cache has of it. */
  readonly snapshot: Snapshot | undefined;
  /** What forbids the download. */
  readonly reason: string;
}

/** A model that would have to be downloaded, where no socket may be opened. */
export function modelOffline({ id, revision, layout, snapshot, reason }: NotHere): ModelError {
  const name = revision === "main" ? id : `${id}@${revision}`;
  const missing = snapshot?.missing ?? [];
  const problem =
    snapshot === undefined
      ? `is not in the local Hugging Face cache (${layout.model})`
      : `lacks ${missing.join(", ")} in the local Hugging Face cache (${snapshot.path})`;
  return new ModelError("model_offline", `The model ${name} ${problem}, and downloading is off (${reason}).`, {
    hint: `Download it once where there is a network: galen model pull ${name}`,
    details: { id, revision, missing },
  });
}
