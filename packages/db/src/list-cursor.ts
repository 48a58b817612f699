import { createHash } from "node:crypto";
import { z } from "zod";
import { DbError } from "./errors.ts";

const Position = z.tuple([z.string(), z.string()]);

/** Keyset position of a list: the last id and what was listed. It needs no memory here, so it does not expire. */
export const ListCursor = {
  encode(after: string, filter: unknown): string {
    return Buffer.from(JSON.stringify([after, keyOf(filter)])).toString("base64url");
  },

  /** The id to go on after. @throws {DbError} `cursor_invalid` */
  decode(cursor: string, filter: unknown): string {
    const position = read(cursor);
    if (position?.[1] === keyOf(filter)) return position[0];
    throw new DbError("cursor_invalid", "The cursor does not belong to this list.", {
      hint: "Pass the cursor of the previous page with the same filter.",
    });
  },
};

function read(cursor: string): z.infer<typeof Position> | undefined {
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch {
    return undefined;
  }
}

function keyOf(filter: unknown): string {
  const text = JSON.stringify(filter ?? null);
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
