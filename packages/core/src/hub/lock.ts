import { randomUUID } from "node:crypto";
import { mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";

import { readTextFile } from "../model-folder/json-file.ts";
import { orAbsent } from "../model-folder/file-presence.ts";
import type { Pace } from "./pace.ts";

export interface LockOptions {
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process has the lock. */
  readonly onWait?: () => void;
}

/**
 * Takes a lock that is a file, waiting for its owner to give it back. Node has no flock, so the owner touches the file
 * while it lives, and a lock whose process is gone or that was not touched for a while is taken over. It saves double
 * downloads; that a cache is never torn does not depend on it, since blobs appear by a rename.
 */
export async function acquireLock(path: string, { pace, signal, onWait }: LockOptions): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  for (let waits = 0; ; waits++) {
    signal?.throwIfAborted();
    const owner: Owner = { pid: process.pid, host: hostname(), key: randomUUID() };
    if (await create(path, owner)) return hold(path, { owner, pace });
    if (await removeIfStale(path, pace)) continue;
    if (waits === 0) onWait?.();
    await pause(pace.heartbeat / 4);
  }
}

const Owner = z.object({ pid: z.int().positive(), host: z.string(), key: z.string() });
type Owner = z.infer<typeof Owner>;

async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    await using file = await open(path, "wx");
    await file.writeFile(JSON.stringify(owner));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function hold(path: string, { owner, pace }: { readonly owner: Owner; readonly pace: Pace }): AsyncDisposable {
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A lock that cannot be touched grows stale, which costs the others a second download and nothing else.
    utimes(path, now, now).catch(() => {});
  }, pace.heartbeat);
  heartbeat.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(heartbeat);
      if ((await readOwner(path))?.key === owner.key) await rm(path, { force: true });
    },
  };
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readTextFile(path, { maxBytes: MAX_LOCK_BYTES });
  const parsed = Owner.safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

const MAX_LOCK_BYTES = 1024; // the three fields of an owner

// A lock that was just made is still empty; it is then known by its age alone.
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** `true` when the lock may be tried again at once. */
async function removeIfStale(path: string, { staleLock }: Pace): Promise<boolean> {
  const owner = await readOwner(path);
  const stats = await orAbsent(stat(path));
  if (stats === undefined) return true;
  const isSilent = Date.now() - stats.mtimeMs > staleLock;
  if (!isSilent && !(owner !== undefined && isGone(owner))) return false;
  // Two processes may find the same stale lock. The second must not remove the new lock of the first, so what was moved
  // away is looked at again.
  const aside = `${path}.${randomUUID()}`;
  if ((await orAbsent(rename(path, aside).then(() => true))) === undefined) return true;
  if ((await readOwner(aside))?.key === owner?.key) await rm(aside, { force: true });
  else await rename(aside, path);
  return true;
}

function isGone({ pid, host }: Owner): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0); // sends nothing
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
