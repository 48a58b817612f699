import type Sqlite from "better-sqlite3";
import { MAX_TEXT_LENGTH } from "../../schemas/document.ts";
import { like, likeEscaped } from "./like.ts";
import { queryError } from "./query-error.ts";
import type { Work } from "./work.ts";

type Text = string | null;

/** A statement may join texts, but not make one out of nothing. */
const MAX_MADE_LENGTH = 4 * MAX_TEXT_LENGTH;
/** How far JavaScript looks for a text at once, at worst. */
const SEARCH_STRIDE = 256;

/** Functions whose values are texts, and that take the place of SQLite's. */
export const TEXT_FUNCTIONS: ReadonlySet<string> = new Set([
  "group_concat",
  "instr",
  "ltrim",
  "replace",
  "rtrim",
  "trim",
]);

/**
 * SQLite's own take a time that is the product of two lengths, or exponential, and make texts that no string can be; its driver can
 * interrupt none of them.
 */
export function addTextFunctions(sqlite: Sqlite.Database, work: Work): void {
  const add = (name: string, run: (...texts: never[]) => Text | bigint) =>
    sqlite.function(name, { deterministic: true }, run as (...values: unknown[]) => unknown);
  add("like", like(work));
  add("like", likeEscaped(work));
  add("joined", (left: Text, right: Text) => (left === null || right === null ? null : joined(left, right, work)));
  add("replace", (text: Text, old: Text, next: Text) => replaced({ text, old, next }, work));
  add("instr", (text: Text, part: Text) => placeOf(text, part, work));
  for (const [name, ends] of Object.entries(TRIMS)) {
    add(name, (text: Text) => trimmed(text, " ", ends, work));
    add(name, (text: Text, characters: Text) => trimmed(text, characters, ends, work));
  }
  sqlite.aggregate<Text>("group_concat", {
    start: null,
    step: (made, text: Text) => appended(made, text, ",", work),
  });
  const appendWith = (made: Text, text: Text, separator: Text) => appended(made, text, separator ?? "", work);
  // How many values it takes is read from the function; its type has one at most.
  sqlite.aggregate<Text>("group_concat", { start: null, step: appendWith as (made: Text, text: Text) => Text });
}

function replaced(
  { text, old, next }: { readonly text: Text; readonly old: Text; readonly next: Text },
  work: Work,
): Text {
  if (text === null || old === null || next === null) return null;
  if (old === "") return text;
  spendSearch(text, old, work);
  // Counted before there is anything to hold.
  let count = 0;
  for (let at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length)) count++;
  const length = text.length + count * (next.length - old.length);
  spendMade(length, length, work);
  return count === 0 ? text : text.split(old).join(next);
}

function joined(left: string, right: string, work: Work): string {
  const length = left.length + right.length;
  spendMade(length, length, work);
  return left + right;
}

/** In characters, from 1; 0 where it is not. */
function placeOf(text: Text, part: Text, work: Work): bigint | null {
  if (part === null || text === null) return null;
  spendSearch(text, part, work);
  const at = text.indexOf(part);
  return at < 0 ? 0n : BigInt(Array.from(text.slice(0, at)).length + 1);
}

const TRIMS = {
  ltrim: { start: true, end: false },
  rtrim: { start: false, end: true },
  trim: { start: true, end: true },
} as const;

function trimmed(
  text: Text,
  characters: Text,
  ends: { readonly start: boolean; readonly end: boolean },
  work: Work,
): Text {
  if (text === null || characters === null) return null;
  work.spend(text.length + characters.length);
  const all = Array.from(text);
  const gone = new Set(characters);
  let [from, to] = [0, all.length];
  if (ends.start) while (from < to && gone.has(all[from] ?? "")) from++;
  if (ends.end) while (from < to && gone.has(all[to - 1] ?? "")) to--;
  return all.slice(from, to).join("");
}

function appended(made: Text, text: Text, separator: string, work: Work): Text {
  if (text === null) return made;
  const added = made === null ? text : separator + text;
  spendMade(added.length, (made?.length ?? 0) + added.length, work);
  return (made ?? "") + added;
}

function spendSearch(text: string, part: string, work: Work): void {
  work.spend(text.length * Math.ceil((part.length + 1) / SEARCH_STRIDE));
}

function spendMade(steps: number, length: number, work: Work): void {
  if (length > MAX_MADE_LENGTH) throw queryError("A text becomes too long", 0);
  work.spend(steps);
}
