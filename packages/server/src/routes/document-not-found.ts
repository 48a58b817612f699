import { ServerError } from "../errors.ts";

/** The id is not repeated: it may name a person. */
export function documentNotFound(collection: string): ServerError {
  return new ServerError("document_not_found", `The collection "${collection}" has no document with this id`, {
    hint: `GET /v1/collections/${collection}/documents lists the documents.`,
  });
}
