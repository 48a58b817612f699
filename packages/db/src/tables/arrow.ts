import { createRequire } from "node:module";
import type * as Arrow from "apache-arrow";

/**
 * The copy of apache-arrow that LanceDB uses. It is CommonJS; an `import` would load a second one, whose classes fail the
 * `instanceof` checks of the first, and 16 MB of memory.
 */
export const arrow = createRequire(import.meta.url)("apache-arrow") as typeof Arrow;
