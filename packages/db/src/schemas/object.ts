import { z } from "zod";

/** An object is held in memory while it is written: a scanned report fits, a film does not. */
export const MAX_OBJECT_BYTES = 67_108_864;

/** RFC 6838, §4.2: what both halves of a media type are made of. */
const NAME = "[a-z0-9][a-z0-9!#$&^_.+-]{0,126}";
/** What a browser may run when it is shown, and what holds other contents under types of their own. */
const REFUSED =
  /^(?:multipart|message)\/|^text\/html$|[/+]xhtml\+xml$|^image\/svg\+xml$|\/(?:x-)?(?:java|ecma|live|j)script|\/x-shockwave-flash$/;

/** Without parameters: they could smuggle a type behind another one. */
export const MediaType = z
  .string()
  .max(255)
  .toLowerCase()
  .regex(new RegExp(`^${NAME}/${NAME}$`), "not a media type without parameters")
  .refine((type) => !REFUSED.test(type), "a browser may run what is of this type; store it as application/octet-stream")
  .meta({ id: "MediaType", example: "application/pdf" });

/** What is said of a document's object wherever the document is shown. */
export const ObjectInfo = z
  .object({ media_type: z.string(), bytes: z.int(), sha256: z.string() })
  .meta({ id: "ObjectInfo", description: "The bytes that are stored beside the document" });
export type ObjectInfo = z.infer<typeof ObjectInfo>;
