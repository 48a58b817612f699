import type { Random } from "../../load/random.ts";
import { text } from "./literals.ts";

const TOKEN = /\s+|'[^']*'|"[^"]*"|[\p{L}_][\p{L}\p{N}_.]*|\d+|./gsu;
const PIECES = (
  "select distinct from txtai where group by having order limit offset and or not in like between is null as asc desc escape union " +
  "all except intersect join on with recursive exists case when then else end cast collate returning insert into update set delete " +
  "drop table attach database detach pragma vacuum explain begin commit reindex create trigger view using similar( ( ) [ ] ' \" , ; . : " +
  "* = <> || -- /* */ ? ?1 @p0 $a :q \\ ` # { } \0 \uFEFF \uD800 💊 1 1e 0x"
).split(" ");
const MAX_CHANGES = 4;

/** A statement in which tokens or characters are deleted, doubled, swapped or put in. */
export function changed(statement: string, random: Random): string {
  const parts = random.chance(0.6) ? (statement.match(TOKEN) ?? []) : statement.split("");
  for (let left = random.integer(1, MAX_CHANGES); left > 0; left--) change(parts, random);
  return parts.join("");
}

function change(parts: string[], random: Random): void {
  const at = random.integer(0, Math.max(0, parts.length - 1));
  const other = random.integer(0, Math.max(0, parts.length - 1));
  const [here = "", there = ""] = [parts[at], parts[other]];
  random.pick([
    () => parts.splice(at, random.integer(1, 3)),
    () => parts.splice(at, 0, here),
    () => parts.splice(at, 1, there),
    () => parts.splice(other, 1, here),
    () => parts.splice(at, 0, ` ${random.pick(PIECES)} `),
    () => parts.splice(at, 0, random.pick(PIECES)),
    () => parts.splice(at, 1, random.pick(PIECES)),
    () => parts.splice(at, 0, text(random)),
  ])();
}
