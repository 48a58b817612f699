import { z } from "zod";

export const FusionMethod = z.enum(["convex", "rrf", "dbsf", "relative", "log_odds", "txtai"]).meta({
  id: "FusionMethod",
  description:
    "`convex`: scores scaled from their theoretical minimum to the best; `rrf`: reciprocal ranks; `dbsf`: scaled by mean and three " +
    "standard deviations of what each leg lists; `relative`: scaled from the worst to the best that each leg lists; `log_odds`: the " +
    "scores of each leg as evidence that is added up; `txtai`: cosine and BM25 over its best, where what a leg does not list has 0",
});
export type FusionMethod = z.infer<typeof FusionMethod>;

export const FusionSettings = z
  .strictObject({
    method: FusionMethod.default("convex"),
    dense_weight: z.number().min(0).max(1).optional().meta({
      description: "Share of the dense leg, the keyword leg has the rest; when absent 0.8 for `convex`, else 0.5",
    }),
    k: z.int().min(1).max(10_000).optional().meta({ description: "Of `rrf`; 60 when absent" }),
  })
  .refine(({ method, k }) => k === undefined || method === "rrf", { path: ["k"], message: "only rrf has a k" })
  .meta({ id: "FusionSettings" });
export type FusionSettings = z.infer<typeof FusionSettings>;
