import { ModelError } from "../errors.ts";
import type { HubAnswer, HubConnection } from "./request.ts";

/** What a request was about, for the message. */
export interface Subject {
  readonly id: string;
  readonly revision: string;
  /** A file of the repository; absent for the repository itself. */
  readonly file?: string;
}

/**
 * What the hub's refusal of a request means. The hub tells it by `X-Error-Code` (huggingface_hub, utils/_http.py
 * hf_raise_for_status); a mirror by the status alone.
 */
export function refusal(
  { origin, status, headers }: HubAnswer,
  subject: Subject,
  connection: HubConnection,
): ModelError {
  const code = headers.get("x-error-code") ?? "";
  const isHub = origin === new URL(connection.endpoint).origin;
  const known = refusals.get(code) ?? (isHub ? refusals.get(status) : undefined) ?? unexpected;
  const { error, message, hint } = known({ ...subject, origin, status, connection });
  const { id, revision, file } = subject;
  return new ModelError(error, message, {
    hint,
    details: { id, revision, status, ...(file !== undefined && { file }) },
  });
}

interface Refused extends Subject {
  readonly origin: string;
  readonly status: number;
  readonly connection: HubConnection;
}

interface Meaning {
  readonly error: "model_not_found" | "model_access_denied" | "model_download_failed";
  readonly message: string;
  readonly hint: string;
}

// By the hub's word first, by the status where it says none.
const refusals = new Map<string | number, (refused: Refused) => Meaning>([
  ["GatedRepo", gated],
  ["RevisionNotFound", noRevision],
  ["RepoNotFound", notFoundOrPrivate],
  ["EntryNotFound", noFile],
  [401, unauthorized],
  [403, forbidden],
  [404, notFound],
]);

function gated({ id, connection: { endpoint, token } }: Refused): Meaning {
  const accept = `Accept its conditions at ${endpoint}/${id}`;
  return {
    error: "model_access_denied",
    message: `The model ${id} is gated: its owner gives it to those who accept the conditions.`,
    hint:
      token === undefined
        ? `${accept}, then set HF_TOKEN to a token of that account.`
        : `${accept} with the account of the token.`,
  };
}

function noRevision({ id, revision }: Refused): Meaning {
  return {
    error: "model_not_found",
    message: `The model ${id} has no revision ${revision}.`,
    hint: "Name a branch, a tag or a full commit; without one it is main.",
  };
}

// The hub answers alike for both, so that nobody can probe for private models.
function notFoundOrPrivate({ id, connection: { endpoint, token } }: Refused): Meaning {
  return {
    error: "model_not_found",
    message: `${endpoint} has no model ${id}, or it is private.`,
    hint:
      token === undefined
        ? "Check the spelling; for a private model set HF_TOKEN."
        : "Check the spelling, and that the token may read the model.",
  };
}

function notFound(refused: Refused): Meaning {
  return refused.file === undefined ? notFoundOrPrivate(refused) : noFile(refused);
}

function noFile({ id, revision, file = "" }: Refused): Meaning {
  return {
    error: "model_download_failed",
    message: `The hub lists ${file} for ${id} at ${revision} but does not have it.`,
    hint: "Try again; the repository may have just changed.",
  };
}

function unauthorized(refused: Refused): Meaning {
  if (refused.connection.token === undefined) return notFoundOrPrivate(refused);
  return {
    error: "model_access_denied",
    message: `The hub does not accept the token (asked for ${refused.id}).`,
    hint: "Set HF_TOKEN to a valid token, or remove it: public models need none.",
  };
}

function forbidden({ id, connection: { token } }: Refused): Meaning {
  return {
    error: "model_access_denied",
    message: `The hub refuses access to the model ${id}.`,
    hint:
      token === undefined ? "Set HF_TOKEN to a token that may read it." : "Give the token the right to read the model.",
  };
}

function unexpected({ id, file, origin, status }: Refused): Meaning {
  return {
    error: "model_download_failed",
    message: `${new URL(origin).host} answered ${status} when asked for ${file ?? "the files"} of ${id}.`,
    hint: "Check the address of the model hub (HF_ENDPOINT) and the proxy.",
  };
}
