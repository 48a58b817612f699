import { z } from "zod";

import { ModelError } from "../errors.ts";
import { refusal } from "./refusal.ts";
import type { Subject } from "./refusal.ts";
import { request } from "./request.ts";
import type { HubAnswer, HubConnection } from "./request.ts";
import { isRepositoryPath } from "./repository-path.ts";
import { withRetries } from "./retry.ts";

/** What a repository holds at one commit. */
export interface Listing {
  readonly commit: string;
  /** Paths in the repository; such as no file system should see are left out. */
  readonly paths: ReadonlySet<string>;
}

// The largest model repositories list some 10,000 files in 1 MB.
const MAX_LISTING_BYTES = 16 * 1024 * 1024;

const ModelInfo = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/u),
  siblings: z.array(z.object({ rfilename: z.string() })),
});

/**
 * Asks the hub for the files of a model at a revision.
 * @throws {ModelError} `model_not_found`, `model_access_denied` or `model_download_failed`.
 */
export async function listFiles(subject: Subject, connection: HubConnection): Promise<Listing> {
  const { id, revision } = subject;
  const url = `${connection.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}`;
  return withRetries(
    async () => {
      await using answer = await request(connection, { method: "GET", url });
      if (answer.status !== 200) throw refusal(answer, subject, connection);
      return parseListing(await readText(answer, connection), connection);
    },
    { ...connection, what: `the list of files of ${id}` },
  );
}

async function readText({ body }: HubAnswer, connection: HubConnection): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body()) {
    size += chunk.length;
    if (size > MAX_LISTING_BYTES) throw notAHub(connection, `is longer than ${MAX_LISTING_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseListing(text: string, connection: HubConnection): Listing {
  const parsed = ModelInfo.safeParse(parseJson(text));
  if (!parsed.success) throw notAHub(connection, "is not what a model hub sends", parsed.error);
  const { sha, siblings } = parsed.data;
  return { commit: sha, paths: new Set(siblings.map(({ rfilename }) => rfilename).filter(isRepositoryPath)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused with all else that is no listing
  }
}

function notAHub({ endpoint }: HubConnection, problem: string, cause?: unknown): ModelError {
  return new ModelError("model_download_failed", `The list of files that ${endpoint} sent ${problem}.`, {
    hint: "Check that HF_ENDPOINT is a model hub and that no proxy answers in its place.",
    ...(cause === undefined ? {} : { cause }),
  });
}
