import { ModelPrecision } from "@galen/db/schemas";
import { z } from "zod";

export const About = z
  .object({
    name: z.literal("galen"),
    version: z.string(),
    node: z.string(),
    model: z.string().meta({ description: "Embedding model of new collections" }),
    precision: ModelPrecision.meta({ description: "What it computes in unless a collection says otherwise" }),
    chat: z.string().optional().meta({ description: "Chat model that writes answers; extractive answers when absent" }),
    notice: z.string().meta({ description: "To be shown with every answer" }),
    data: z.string().meta({ description: "Where the collections are stored" }),
  })
  .meta({ id: "About" });
export type About = z.infer<typeof About>;

export const Health = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
export type Health = z.infer<typeof Health>;
