import { z } from "zod";

/** Deeper trees are refused: nobody writes them by hand and SQL planners recurse. */
export const MAX_FILTER_DEPTH = 32;
/** Values in one `in` list. */
export const MAX_FILTER_VALUES = 10_000;
/** Conditions in one filter, all levels together. */
export const MAX_FILTER_CONDITIONS = 1_000;

const Scalar = z.union([z.string().max(10_000), z.number(), z.boolean()]);
export type FilterValue = z.infer<typeof Scalar>;
const Values = z.array(Scalar).max(MAX_FILTER_VALUES);
const Comparable = z.union([z.string().max(10_000), z.number()]);

/** Conditions on one field; several in one object must all hold. A list field matches when one of its values does. */
export const FieldCondition = z
  .strictObject({
    eq: Scalar.optional(),
    ne: Scalar.optional(),
    in: Values.optional(),
    nin: Values.optional(),
    gt: Comparable.optional(),
    gte: Comparable.optional(),
    lt: Comparable.optional(),
    lte: Comparable.optional(),
    exists: z.boolean().optional(),
    contains: z.string().min(1).max(10_000).optional(),
    prefix: z.string().min(1).max(10_000).optional(),
  })
  .refine((condition) => Object.values(condition).some((value) => value !== undefined), "name at least one operator")
  .meta({ id: "FieldCondition" });
export type FieldCondition = z.infer<typeof FieldCondition>;

/**
 * The one filter language: `{"year":{"gte":2010},"source":"NIDDK"}` (all must hold), `{"and":[…]}`, `{"or":[…]}`, `{"not":{…}}`.
 * A bare value means `eq`, a bare list means `in`.
 */
export type Filter = { and?: Filter[]; or?: Filter[]; not?: Filter } & {
  [field: string]: FilterValue | FilterValue[] | FieldCondition | Filter | Filter[] | undefined;
};

const FieldEntry = z.union([Scalar, Values, FieldCondition]);

/** The shape alone; depth and field names are checked where the collection's fields are known. */
export const Filter: z.ZodType<Filter> = z
  .lazy(() =>
    z
      .object({
        and: z.array(Filter).optional(),
        or: z.array(Filter).optional(),
        not: Filter.optional(),
      })
      .catchall(FieldEntry),
  )
  .meta({ id: "Filter", example: { year: { gte: 2010, lt: 2020 }, source: "NIDDK" } }) as unknown as z.ZodType<Filter>;
