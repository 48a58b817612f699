import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Metric } from "../schemas/metric.ts";
import type { FusedLeg, Fusion, LegScores } from "./fusion.ts";

const rank = fc.option(fc.integer({ min: 1, max: 500 }), { nil: null });
const leg = (raw: fc.Arbitrary<number>) => fc.record({ raw, rank });
const candidate: fc.Arbitrary<LegScores> = fc.record(
  {
    dense: leg(fc.double({ min: -1, max: 1, noNaN: true })),
    keyword: leg(fc.double({ min: 0, max: 60, noNaN: true })),
  },
  { requiredKeys: [] },
);
const candidates = fc.array(candidate, { maxLength: 30 });

/** What every fusion promises, whatever its formula. */
export function fusionContract(
  name: string,
  method: Fusion,
  explained: (parts: readonly FusedLeg[]) => number = weightedSum,
): void {
  describe.each(Metric.options)(`fusion ${name}, %s`, (metric) => {
    const fusion = (scores: readonly LegScores[], denseWeight?: number) => method(scores, { metric, denseWeight });

    test("gives one finite score a candidate, between 0 and 1, that its legs explain", () => {
      fc.assert(
        fc.property(candidates, (input) => {
          const fused = fusion(input);
          expect(fused).toHaveLength(input.length);
          for (const { score, legs } of fused) {
            const parts = Object.values(legs);
            expect(score).toBeCloseTo(explained(parts), 6);
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(1 + 1e-9);
            for (const { normalized } of parts) expect(normalized >= 0 && normalized <= 1).toBe(true);
          }
        }),
      );
    });

    test("does not depend on the order of the candidates", () => {
      fc.assert(
        fc.property(candidates, (input) => {
          expect(fusion([...input].reverse()).reverse()).toEqual(fusion(input));
        }),
      );
    });

    test("keeps what the legs said, and names no leg that was not there", () => {
      fc.assert(
        fc.property(candidates, (input) => {
          for (const [at, { legs }] of fusion(input).entries()) {
            expect(Object.keys(legs).sort()).toEqual(Object.keys(input[at] ?? {}).sort());
            for (const [leg, { raw, rank }] of Object.entries(legs)) {
              expect({ raw, rank }).toEqual(input[at]?.[leg as keyof LegScores]);
            }
          }
        }),
      );
    });

    test("a leg of no weight does not count", () => {
      fc.assert(
        fc.property(candidates, (input) => {
          const others = input.map(({ dense, keyword }) => ({
            ...(dense && { dense }),
            ...(keyword && { keyword: { ...keyword, raw: keyword.raw / 2 } }),
          }));
          expect(fusion(others, 1).map(({ score }) => score)).toEqual(fusion(input, 1).map(({ score }) => score));
        }),
      );
    });

    test("better in both legs is never worse", () => {
      const better = { dense: { raw: 0.9, rank: 1 }, keyword: { raw: 20, rank: 1 } };
      const worse = { dense: { raw: 0.5, rank: 2 }, keyword: { raw: 3, rank: 2 } };
      const [first, second] = fusion([better, worse]);
      expect(first?.score).toBeGreaterThan(second?.score ?? Number.NaN);
    });
  });
}

function weightedSum(parts: readonly FusedLeg[]): number {
  return parts.reduce((sum, { weight, normalized }) => sum + weight * normalized, 0);
}
