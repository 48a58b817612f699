import { z } from "zod";

const Spread = z.object({
  mean: z.number().describe("Mean over the seeds"),
  deviation: z
    .number()
    .nonnegative()
    .nullable()
    .describe("Standard deviation over the seeds (divisor n − 1); null for one seed"),
});

const count = z.int().nonnegative();

/** What `evaluatePairs` finds; the JSON document of `galen eval pairs`. Correlations are multiplied by 100, as in the model card. */
export const PairsEvaluation = z.object({
  dataset: z.string().describe("Name of the dataset"),
  model: z.string().describe("Identity of the model"),
  pairs: count.describe("Matching pairs; as many shuffled ones stand against them"),
  texts: count.describe("Distinct texts, each embedded once"),
  truncated_texts: count.describe("Distinct texts that were longer than the model takes and were cut off"),
  seeds: z
    .array(
      z.object({
        seed: count,
        pearson: z.number(),
        spearman: z.number(),
        repeated_matches: count.describe(
          "Shuffled pairs with label 0 that are a matching pair after all, because the dataset repeats texts",
        ),
      }),
    )
    .min(1),
  pearson: Spread,
  spearman: Spread,
  mean_cosine: z.object({ matching: z.number(), shuffled: z.number().describe("Over all seeds") }),
  histogram: z
    .array(z.object({ from: z.number(), to: z.number(), matching: count, shuffled: count }))
    .describe(
      "Cosines from −1 to 1 in bins of equal width, upper end excluded but for the last; shuffled pairs of all seeds",
    ),
  seconds: z.number().nonnegative().describe("Time for embedding"),
  texts_per_second: z.number().nonnegative(),
});
export type PairsEvaluation = z.infer<typeof PairsEvaluation>;
