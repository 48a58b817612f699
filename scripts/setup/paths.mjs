import { fileURLToPath } from "node:url";
import { join } from "node:path";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** What set-up puts here is private to the checkout and may be deleted at any time. */
export const stateFolder = join(root, ".galen");
export const toolchainFolder = join(stateFolder, "toolchain");
export const setupLog = join(stateFolder, "setup.log");
