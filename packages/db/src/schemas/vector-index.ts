import { z } from "zod";

/** The approximate index of a collection that is too large for scoring every vector. */
export const VectorIndexFacts = z
  .object({
    partitions: z.int().meta({ description: "Clusters of the vectors" }),
    trained_rows: z.int().meta({ description: "Passages that the clusters were made of" }),
    probed_rows: z.int().meta({ description: "Passages that there were when recall was measured" }),
    probes: z.int().meta({ description: "Partitions that a search looks into" }),
    refine: z.int().meta({ description: "Candidates scored with their own vectors, as a multiple of the limit" }),
    recall: z.number().meta({
      description:
        "Mean share of the 10 nearest that a search finds, measured; where it is low, searches do without the index",
    }),
  })
  .meta({ id: "VectorIndexFacts" });
export type VectorIndexFacts = z.infer<typeof VectorIndexFacts>;
