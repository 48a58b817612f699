import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HubStandIn, repositoryOf, temporaryDirectory } from "@galen/testing";
import type { StandInRepository } from "@galen/testing";

import { tinyBertFolder } from "../../../../testing/golden/golden.ts";
import { cacheLayout } from "../hub/cache-layout.ts";
import type { CacheLayout } from "../hub/cache-layout.ts";
import type { ModelSourceOptions, PulledModel } from "../hub/model-source.ts";
import type { Pace } from "../hub/pace.ts";
import { pullAtPace } from "../hub/pull-model.ts";

/** A hub with the one model `org/tiny` and an empty cache, for the tests of downloads. */
export interface HubStage extends AsyncDisposable {
  readonly hub: HubStandIn;
  readonly layout: CacheLayout;
  readonly repository: StandInRepository;
  /** `pullModel` without the patience. */
  readonly pull: (
    options?: ModelSourceOptions & { readonly name?: string; readonly pace?: Partial<Pace> },
  ) => Promise<PulledModel>;
  /** Names the stage's hub and cache. */
  readonly source: ModelSourceOptions;
}

export const hurried: Pace = {
  parallel: 4,
  attempts: 3,
  firstPause: 1,
  longestPause: 2_000,
  idleTimeout: 20_000,
  heartbeat: 20,
  staleLock: 10_000,
};

/** @param files what the repository has beside, or in place of, the files of tiny-bert; `undefined` takes one away. */
export async function stageHub(
  files: Readonly<Record<string, string | Uint8Array | undefined>> = {},
): Promise<HubStage> {
  await using stack = new AsyncDisposableStack();
  const tiny = await repositoryOf(tinyBertFolder);
  const repository = { ...tiny, files: new Map(tiny.files) };
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) repository.files.delete(path);
    else repository.files.set(path, Buffer.from(content));
  }
  const hub = stack.use(await HubStandIn.start({ "org/tiny": repository }));
  const cache = stack.use(await temporaryDirectory());
  const source: ModelSourceOptions = { endpoint: hub.endpoint, cacheFolder: cache.path, token: false };
  const owned = stack.move();
  return {
    hub,
    repository,
    source,
    layout: cacheLayout(cache.path, "org/tiny"),
    pull: ({ name = "org/tiny", pace, ...options } = {}) =>
      pullAtPace(name, { ...source, ...options }, { ...hurried, ...pace }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The content of a file of the repository, which must be there. */
export function contentOf({ files }: StandInRepository, path: string): Uint8Array {
  const content = files.get(path);
  if (content === undefined) throw new Error(`The repository has no ${path}.`);
  return content;
}

/** Turns one byte of a file around. */
export async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[0] = (bytes[0] ?? 0) ^ 0xff;
  await writeFile(path, bytes);
}

/** Where the cache has a file of the repository. */
export function inSnapshot({ layout, repository }: Pick<HubStage, "layout" | "repository">, path: string): string {
  return join(layout.snapshot(repository.commit), path);
}
