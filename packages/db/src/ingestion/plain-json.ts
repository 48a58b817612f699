/** Deeper values are documents of their own, and recursion over them could overflow the stack. */
const MAX_DEPTH = 32;
/** More members than the byte limit of metadata has room for; also ends the walk over a cycle. */
const MAX_MEMBERS = 65_536;
/** Assigning them changes an object's prototype instead of adding a member. */
const FORBIDDEN_KEYS = new Set(["__proto__"]);

/** Why a value cannot be stored as JSON, or `undefined` when it can. Walks level by level, without recursion. */
export function requirePlainJson(value: unknown): string | undefined {
  let level: unknown[] = [value];
  let members = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    const next: unknown[] = [];
    for (const member of level) {
      if (typeof member === "bigint") return "a BigInt is not JSON";
      if (typeof member !== "object" || member === null) continue;
      const keys = Object.keys(member);
      if (keys.some((key) => FORBIDDEN_KEYS.has(key))) return "the key __proto__ is not allowed";
      members += keys.length;
      if (members > MAX_MEMBERS) return `more than ${MAX_MEMBERS} members`;
      next.push(...Object.values(member));
    }
    level = next;
  }
  return undefined;
}
