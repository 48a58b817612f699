import { z } from "zod";

/** One thing that is wrong with a request. Values of the request are never repeated. */
export const ProblemIssue = z
  .object({
    in: z.enum(["body", "query", "path", "header"]),
    pointer: z.string().meta({ description: "JSON pointer (RFC 6901) to the part that is wrong", example: "/limit" }),
    message: z.string(),
  })
  .meta({ id: "ProblemIssue" });
export type ProblemIssue = z.infer<typeof ProblemIssue>;

/** RFC 9457 problem details: the one shape of every error. */
export const Problem = z
  .object({
    type: z.string().meta({ example: "urn:galen:problem:collection_not_found" }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z
      .string()
      .meta({ description: "Stable name of the error, see docs/errors.md", example: "collection_not_found" }),
    hint: z.string().optional().meta({ description: "What to do next" }),
    instance: z.string().meta({ description: "Path of the request" }),
    request_id: z.string(),
    errors: z.array(ProblemIssue).optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
