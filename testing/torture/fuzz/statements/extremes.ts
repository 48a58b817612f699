import type { Random } from "../../load/random.ts";
import { digits, number, quoted, text } from "./literals.ts";

const SIZES = [101, 1_000, 10_000, 30_000];

/** Statements that are long, deep or wide, and such as ask for much with few words. */
export function extreme(random: Random): string {
  const size = random.pick(SIZES);
  const times = (what: string, separator = "") => Array.from({ length: size }, () => what).join(separator);
  return random.pick<() => string>([
    () => `select id from txtai where id in (${Array.from({ length: size }, (_, at) => at).join()})`,
    () => `select id from txtai where id in (${random.list(size / 10, () => quoted(text(random), random)).join()})`,
    () => `select id from txtai where ${random.list(size / 20, () => `a = ${digits(number(random))}`).join(" or ")}`,
    () => `select id from txtai where ${times("(")}1${times(")")}`,
    () =>
      `select id from txtai where ${times(random.pick(["not ", "-", "- ", "+", "1 + ", "1 = ", "lower(", "[", "a."]))}`,
    () => `select id from txtai where ${times(random.pick(["id", "similar(a)", "'x'", "1", "a is null"]), " and ")}`,
    () => `select ${times(random.pick(["*", "id", "a b", "count(*)"]), ",")} from txtai`,
    () => `select id from txtai ${random.pick(["group", "order"])} by ${times(random.pick(["id", "a", "1"]), ",")}`,
    () => `select ${times("a", " or ")} x from txtai where ${times("x", " or ")}`,
    () => `select ${times(random.pick(["x", "é", "1", "9", "💊", " ", "x.", "x[0]"]))} from txtai`,
    () => `select '${times(random.pick(["x", "''", "%", "💊", "\0"]))}' from txtai`,
    () => `select id from txtai where text like '${times(random.pick(["%a", "_%", "%_", "%"]))}b'`,
    () => `select id from txtai where text || '${times("a")}' like '%${times("a")}b'`,
    () => `select ${"replace(".repeat(50)}text${", 'i', 'iiii')".repeat(50)} from txtai`,
    () => `select trim(text || '${times("a")}', '${times("b")}a') from txtai`,
    () => `select instr('${times("ab")}', '${times("ba")}aa') from txtai where id <> ${digits(number(random))}`,
    () => `select group_concat(replace('${times("a")}', 'a', '${times("b")}')) from txtai`,
    () => `select id from txtai where similar('${times(random.pick(["x", "x ", "* ", "*a", "a* ", "💊", "-"]))}')`,
    () => times(random.pick(["x", "select ", "select * from txtai ", " from txtai", "\0", "💊", "(", "* "])),
    () => `select${" ".repeat(size)}id from txtai${"\n".repeat(size)}limit 1${";".repeat(random.integer(0, 2))}`,
  ])();
}
