export { createApp } from "./app.ts";
export { Config, loadConfig } from "./config.ts";
export { ServerError } from "./errors.ts";
export type { ServerErrorCode } from "./errors.ts";
export { createLogger } from "./logger.ts";
export type { Logger } from "./logger.ts";
export { openServices } from "./services.ts";
export type { Services } from "./services.ts";
