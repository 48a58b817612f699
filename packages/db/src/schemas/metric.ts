import { z } from "zod";

export const Metric = z.enum(["cosine", "dot", "l2"]).meta({
  id: "Metric",
  description:
    "How vectors are compared. `cosine`: by direction; vectors are scaled to length 1. `dot`: dot product, and `l2`: Euclidean " +
    "distance d, scored as 1 / (1 + d²), both of the vectors as the model gives them",
});
export type Metric = z.infer<typeof Metric>;
