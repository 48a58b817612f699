import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { SentenceTransformer } from "../sentence-transformer.ts";
import { evaluatePairs } from "./evaluate-pairs.ts";
import type { PairEncoder, MatchingPair } from "./evaluate-pairs.ts";
import { PairsEvaluation } from "./pairs-evaluation.ts";

/** Gives each text the vector that is written in it, and remembers what it was asked for. */
class WrittenVectors implements PairEncoder {
  readonly model = "written@1";
  readonly calls: string[][] = [];

  async encode(texts: readonly string[], { onProgress }: Parameters<PairEncoder["encode"]>[1]) {
    this.calls.push([...texts]);
    onProgress?.({ done: texts.length, total: texts.length, tokens: 0, truncated: texts.length > 3 ? [1, 3] : [] });
    return texts.map((text) => Float32Array.from(text.split(" "), Number));
  }
}

const pair = (a: string, b: string): MatchingPair => ({ a, b });
const AXES = [pair("1 0 0", "2 0 0"), pair("0 1 0", "0 2 0"), pair("0 0 1", "0 0 2")];

describe("the evaluation", () => {
  test("of perfect pairs", async () => {
    const result = await evaluatePairs(new WrittenVectors(), AXES, { dataset: "axes", seeds: [3, 4] });
    expect(PairsEvaluation.parse(result)).toMatchObject({
      dataset: "axes",
      model: "written@1",
      pairs: 3,
      texts: 6,
      truncated_texts: 2,
      seeds: [
        { seed: 3, repeated_matches: 0 },
        { seed: 4, repeated_matches: 0 },
      ],
      mean_cosine: { matching: 1, shuffled: 0 },
    });
    expect(result.pearson.mean).toBeCloseTo(100, 10);
    expect(result.spearman.mean).toBeCloseTo(100, 10);
    expect(result.pearson.deviation).toBeCloseTo(0, 10);
  });

  test("compares with hand-made numbers", async () => {
    // Two pairs can only be shuffled one way. Cosines: 1, 0.28 with label 1; 0.96, 0 with label 0.
    const pairs = [pair("1 0", "1 0"), pair("0 1", "0.96 0.28")];
    const result = await evaluatePairs(new WrittenVectors(), pairs, { dataset: "two", seeds: [1] });
    // scipy 1.17.1: pearsonr([1, .28, .96, 0], [1, 1, 0, 0])[0], spearmanr(…)[0]
    expect(result.pearson).toEqual({ mean: expect.closeTo(18.5296, 3), deviation: null });
    expect(result.spearman.mean).toBeCloseTo(44.7214, 3);
    expect(result.mean_cosine).toEqual({ matching: expect.closeTo(0.64, 6), shuffled: expect.closeTo(0.48, 6) });
    const full = result.histogram.filter(({ matching, shuffled }) => matching + shuffled > 0);
    expect(full.map(({ from, matching, shuffled }) => [from, matching, shuffled])).toEqual([
      [0, 0, 1],
      [0.25, 1, 0],
      [0.95, 1, 1],
    ]);
  });

  test("embeds each distinct text once", async () => {
    const encoder = new WrittenVectors();
    await evaluatePairs(encoder, [pair("1 0", "1 1"), pair("1 0", "0 1"), pair("0 1", "1 3")], { dataset: "d" });
    expect(encoder.calls).toEqual([["1 0", "1 1", "0 1", "1 3"]]);
  });

  test("counts shuffled pairs that match because texts repeat", async () => {
    const pairs = [pair("1 0", "1 1"), pair("1 0", "1 1"), pair("0 1", "1 9")];
    const { seeds } = await evaluatePairs(new WrittenVectors(), pairs, { dataset: "d", seeds: [1, 2, 3, 4] });
    // A cycle through the three sends one of the equal two to the other.
    expect(seeds.map(({ repeated_matches }) => repeated_matches)).toEqual([1, 1, 1, 1]);
  });

  test("is the same for the same seeds, whatever the texts", async () => {
    // Different directions in a quarter of the plane: no two texts are alike, and not all cosines can be the same.
    const texts = fc
      .uniqueArray(fc.nat(1_000), { minLength: 8, maxLength: 30 })
      .map((angles) => angles.map((angle) => `${Math.cos(angle / 700)} ${Math.sin(angle / 700)}`));
    await fc.assert(
      fc.asyncProperty(texts, fc.nat(), async (texts, seed) => {
        const half = Math.floor(texts.length / 2);
        const pairs = texts.slice(0, half).map((a, index) => pair(a, texts[half + index] ?? ""));
        const run = async () => evaluatePairs(new WrittenVectors(), pairs, { dataset: "d", seeds: [seed] });
        const [one, other] = [await run(), await run()];
        expect(other.seeds).toEqual(one.seeds);
        const counted = one.histogram.reduce((sum, { matching, shuffled }) => sum + matching + shuffled, 0);
        expect(counted).toBe(2 * half);
        expect(Math.abs(one.pearson.mean)).toBeLessThanOrEqual(100);
      }),
      { numRuns: 20 },
    );
  });

  test("with a real model tells answers from other answers", async () => {
    await using transformer = await SentenceTransformer.load();
    const pairs = [
      pair("Can I take ibuprofen with high blood pressure?", "Ibuprofen can raise blood pressure; ask a pharmacist."),
      pair("How is insulin given?", "Insulin is injected under the skin of the belly or the thigh."),
      pair("What does metformin do?", "Metformin lowers blood sugar in type 2 diabetes."),
      pair("Why do I cough with an ACE inhibitor?", `ACE inhibitors let bradykinin pile up. ${"More. ".repeat(300)}`),
    ];
    const result = await evaluatePairs(transformer, pairs, { dataset: "four" });
    expect(result.model).toBe(transformer.model);
    expect(result.truncated_texts).toBe(1);
    expect(result.pearson.mean).toBeGreaterThan(60);
    expect(result.mean_cosine.matching).toBeGreaterThan(result.mean_cosine.shuffled + 0.3);
  });
});

describe("what cannot be evaluated", () => {
  test.each([
    ["no pairs", [], {}, "pairs_invalid"],
    ["one pair", AXES.slice(0, 1), {}, "pairs_invalid"],
    ["an empty text", [...AXES, pair("1 0 0", "")], {}, "pairs_invalid"],
    ["a blank text", [pair(" \t\n", "1 0"), ...AXES], {}, "pairs_invalid"],
    ["a text that is none", [pair(undefined as unknown as string, "1 0"), ...AXES], {}, "pairs_invalid"],
    ["no seeds", AXES, { seeds: [] }, "pairs_invalid"],
    ["a fraction as seed", AXES, { seeds: [0.5] }, "pairs_invalid"],
    ["a negative seed", AXES, { seeds: [-1] }, "pairs_invalid"],
    ["the same seed twice", AXES, { seeds: [1, 1] }, "pairs_invalid"],
    ["vectors of NaN", [pair("1 0", "nan 1"), pair("0 1", "1 1")], {}, "correlation_undefined"],
    ["scores that do not differ", [pair("1 0", "1 0"), pair("1 0", "1 0")], {}, "correlation_undefined"],
  ])("%s", async (_name, pairs, options, code) => {
    await expect(evaluatePairs(new WrittenVectors(), pairs, { dataset: "d", ...options })).rejects.toMatchObject({
      code,
    });
  });

  test("errors name the pair and never its text", async () => {
    const pairs = [...AXES, pair("canary", " ")];
    const error = await evaluatePairs(new WrittenVectors(), pairs, { dataset: "d" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ details: { index: 3 } });
    expect(JSON.stringify(error) + String(error)).not.toContain("canary");
  });

  test("an abort stops it", async () => {
    await using transformer = await SentenceTransformer.load();
    const controller = new AbortController();
    const pairs = Array.from({ length: 400 }, (_, index) => pair(`Question ${index}?`, `Answer number ${index}.`));
    const evaluation = evaluatePairs(transformer, pairs, {
      dataset: "d",
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("stopped")),
    });
    await expect(evaluation).rejects.toThrowError("stopped");
  });
});
