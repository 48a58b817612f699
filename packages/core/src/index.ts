export { GalenError, ModelError } from "./errors.ts";
export type { CoreErrorCode, ErrorFacts } from "./errors.ts";
