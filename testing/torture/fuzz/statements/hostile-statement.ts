import type { Random } from "../../load/random.ts";
import { changed } from "./changed.ts";
import { extreme } from "./extremes.ts";
import { grammarStatement } from "./grammar.ts";
import { characters, text } from "./literals.ts";

/** They take as long as hundreds of others. */
const EXTREMES = 0.001;

/** Whatever somebody might send as a query: good statements, changed ones, and nonsense of any size. */
export function hostileStatement(random: Random): string {
  if (random.chance(EXTREMES)) return extreme(random);
  const kind = random.next();
  if (kind < 0.5) return grammarStatement(random);
  if (kind < 0.85) return changed(grammarStatement(random), random);
  const nonsense = random
    .list(random.integer(0, 8), () => random.pick([text, characters])(random))
    .join(random.pick(["", " "]));
  return random.pick([
    () => nonsense,
    () => `select ${nonsense} from txtai`,
    () => `select id from txtai where ${nonsense}`,
    () => `select id from txtai where id = '${nonsense}`,
    () => `select id from txtai ${nonsense}`,
  ])();
}

/** Values for names that statements have, of kinds that they may have and of others. */
export function hostileParameters(random: Random): Record<string, never> {
  const value = () =>
    random.pick<() => unknown>([() => text(random), () => 2, () => 0.5, () => null, () => 2n ** 80n, () => ({})])();
  return { q: text(random), n: random.integer(0, 5), ["__proto__"]: value(), v: value() } as unknown as Record<
    string,
    never
  >;
}
