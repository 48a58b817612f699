import type { Filter } from "@galen/db/schemas";
import type { Random } from "../load/random.ts";
import { WORDS, values } from "./fields.ts";

type Make = (random: Random) => unknown;

/** Comparisons of each field that the filter language has. */
const conditions: Readonly<Record<string, Make>> = {
  year: (random) => random.pick([equality, order])(values.year)(random),
  label: (random) => random.pick([equality(values.label), order(values.label), part])(random),
  open: equality(values.open),
  day: (random) => random.pick([equality, order])(values.day)(random),
  mesh: (random) => random.pick([equality(word), part])(random),
  topic: equality((random) => random.pick<unknown>([word(random), 7, -0.25, true])),
  "nested.deep": equality((random) => random.pick<unknown>([word(random), 3])),
  "nested.deep.er": equality(() => 1),
  "a=b": equality(word),
  constructor: equality(word),
  id: (random) => random.pick([equality((random) => `d${random.integer(0, 60)}`), () => ({ prefix: "d1" })])(random),
  title: (random) => random.pick([equality((random) => `title ${word(random)}`), part])(random),
  tags: (random) => random.pick([equality(word), part])(random),
  text: (random) => random.pick<Make>([() => ({ contains: "stone" }), () => ({ exists: true })])(random),
};

/** A tree of some comparisons. */
export function filter(random: Random, depth = 0): Filter {
  if (depth < 3 && random.chance(0.35)) {
    const members = () => random.list(random.integer(0, 3), () => filter(random, depth + 1));
    return random.pick<() => Filter>([
      () => ({ and: members() }),
      () => ({ or: members() }),
      () => ({ not: filter(random, depth + 1) }),
      () => ({ ...condition(random), and: members() }),
    ])();
  }
  return condition(random);
}

function condition(random: Random): Filter {
  const [name, make] = random.pick(Object.entries(conditions));
  return { [name]: make(random) } as Filter;
}

function word(random: Random): string {
  return random.pick(WORDS);
}

function equality(value: Make): Make {
  return (random) => {
    const some = () => random.list(random.integer(0, 3), () => value(random));
    return random.pick<() => unknown>([
      () => value(random),
      some,
      () => ({ eq: value(random) }),
      () => ({ ne: value(random) }),
      () => ({ in: some() }),
      () => ({ nin: some() }),
      () => ({ exists: random.chance(0.5) }),
    ])();
  };
}

function order(value: Make): Make {
  return (random) => ({ [random.pick(["gt", "gte", "lt", "lte"])]: value(random) });
}

function part(random: Random): unknown {
  return { [random.pick(["contains", "prefix"])]: word(random) };
}
