export { blobOf } from "./blob-of.ts";
export { FakeEmbedder } from "./fake-embedder.ts";
export type { FakeEmbedderOptions } from "./fake-embedder.ts";
export { gitBlobHash, HubStandIn, repositoryOf, sha256 } from "./hub-stand-in.ts";
export type { Intercept, SeenRequest, StandInRepository } from "./hub-stand-in.ts";
export { describeMachine } from "./machine.ts";
export type { Machine } from "./machine.ts";
export { temporaryDirectory } from "./temporary-directory.ts";
