import { createRequire } from "node:module";
import type * as Arrow from "apache-arrow";
import type { VectorAssembler } from "apache-arrow/visitor/vectorassembler";

const require = createRequire(import.meta.url);

/**
 * The copy of apache-arrow that LanceDB uses. It is CommonJS; an `import` would load a second one, whose classes fail the
 * `instanceof` checks of the first, and 16 MB of memory.
 */
export const arrow = require("apache-arrow") as typeof Arrow;

const { prototype: writer } = (
  require("apache-arrow/visitor/vectorassembler") as { VectorAssembler: { prototype: VectorAssembler } }
).VectorAssembler;
type Visit = (this: VectorAssembler, ...data: Parameters<VectorAssembler["visitBool"]>) => VectorAssembler;
const visitBool: Visit = Reflect.get<VectorAssembler, "visitBool">(writer, "visitBool");

/**
 * Booleans that are all null are written without their bits by apache-arrow 18, and LanceDB refuses the whole table for that. Here
 * they get them.
 */
writer.visitBool = function visitAllBits(data) {
  if (data.nullCount < data.length) return visitBool.call(this, data);
  const bits = new Uint8Array(Math.ceil((data.offset + data.length) / 8));
  return visitBool.call(this, Object.create(data, { nullCount: { value: 0 }, values: { value: bits } }));
};
