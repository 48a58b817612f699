import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** Lies in the data folder while a server has it, so that commands can ask the server. Holds no key. */
const FILE = "server.json";
const Address = z.object({ url: z.url({ protocol: /^http$/ }) });
/** A server on this machine answers at once; a file that a crash left behind must not hold a command up. */
const PATIENCE_MS = 1_000;

/** Tells commands where the server of this data folder listens, until it is disposed. */
export async function announceServer(data: string, url: string): Promise<AsyncDisposable> {
  const path = addressFile(data);
  await writeFile(path, `${JSON.stringify({ url: reachable(url) })}\n`);
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

/**
 * To be called by who holds the data folder: an address left there is that of a server which was killed. By now another server may
 * listen at it, with other documents, and a command that finds the folder locked would ask it.
 */
export async function forgetServer(data: string): Promise<void> {
  await rm(addressFile(data), { force: true });
}

/** The server that has the data folder, if one does and answers. */
export async function findServer(data: string): Promise<string | undefined> {
  try {
    const { url } = Address.parse(JSON.parse(await readFile(addressFile(data), "utf8")));
    const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return response.ok ? url : undefined;
  } catch {
    // No file, a broken one, or nobody there: all the same to the caller, who reports the lock.
    return undefined;
  }
}

function addressFile(data: string): string {
  return join(data.startsWith("file:") ? fileURLToPath(data) : data, FILE);
}

/** A server that listens on every address is called on this machine's own. */
function reachable(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
