export { FakeEmbedder } from "./fake-embedder.ts";
export type { FakeEmbedderOptions } from "./fake-embedder.ts";
export { temporaryDirectory } from "./temporary-directory.ts";
