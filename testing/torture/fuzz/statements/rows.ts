import type { ConditionRow } from "../../../../packages/db/src/embeddings/sql/condition-meaning.fixture.ts";
import type { Random } from "../../load/random.ts";
import { KNOWN } from "./literals.ts";

const ROWS = 30;
const WORDS = ["insulin", "therapy", "risk", "statins", "A", "B", "10%", "a_c", "Zürich", "💊", "it's", "--"] as const;
/** Ids that are hard to quote, or look like numbers. */
const IDS = ["a'b", "x;y", '"', "--", "%", "💊", "1", "2020", "1.0", "__proto__", "null", " "] as const;

/** Rows with values of every kind under the names that `fields.ts` knows; some are texts and no objects. */
export function rows(random: Random): ConditionRow[] {
  return random.list(ROWS, (at) => {
    const text = random.list(random.integer(1, 6), () => random.pick(WORDS)).join(" ");
    const tags = random.chance(0.3) ? random.pick(WORDS) : null;
    const row = { id: IDS[at] ?? `d${at}`, text, tags };
    return { ...row, data: random.chance(0.15) ? null : { ...members(random), text } };
  });
}

function members(random: Random): Record<string, unknown> {
  const value = () => random.pick<() => unknown>(VALUES)();
  const VALUES: readonly (() => unknown)[] = [
    () => random.pick(KNOWN),
    () => random.pick(KNOWN),
    () => random.pick([0, 1, 2, 10, 2020, 2021, 2.5, -0.25]),
    () => random.chance(0.5),
    () => null,
  ];
  return {
    ward: random.pick(["A", "B"]),
    year: random.pick([2019, 2020, 2021, null]),
    ...(random.chance(0.8) && { a: value() }),
    b: value(),
    big: random.pick([1e21, 1e308, 5e-324, 2 ** 53, -1e21, 0]),
    n: { k: [value(), value(), { z: value() }], list: [1, "x"] },
    "a b": value(),
    constructor: value(),
    WARD: value(),
  };
}
