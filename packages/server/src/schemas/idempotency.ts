import { z } from "zod";

/** The header by which a client repeats a call without doing it twice. */
export const IdempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,256}$/, "1 to 256 printable ASCII characters")
    .optional()
    .meta({
      description:
        "A name of the client's for this call. Repeating the call with it within 24 hours gives the first answer and writes nothing again; another call with it is refused",
    }),
});

/** The header as the library takes it. */
export function idempotencyOf(headers: z.infer<typeof IdempotencyHeader>): { readonly idempotencyKey?: string } {
  const key = headers["idempotency-key"];
  return key === undefined ? {} : { idempotencyKey: key };
}
