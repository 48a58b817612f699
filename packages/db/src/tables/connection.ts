import "./native-settings.ts";
import * as lancedb from "@lancedb/lancedb";

/** LanceDB's own defaults are 6 GiB and 1 GiB a process; a collection of 16,000 documents has an index of 4 MB. */
const INDEX_CACHE_BYTES = 32n << 20n;
const METADATA_CACHE_BYTES = 8n << 20n;

export interface ConnectOptions {
  /** Whether every read looks for what another process has written; otherwise a table sees its own writes only. */
  readonly follows?: boolean;
}

/** A connection with bounded caches of its own. */
export async function connectTables(
  folder: string,
  { follows = false }: ConnectOptions = {},
): Promise<lancedb.Connection> {
  const options = follows ? { readConsistencyInterval: 0 } : {};
  return lancedb.connect(folder, options, new lancedb.Session(INDEX_CACHE_BYTES, METADATA_CACHE_BYTES));
}
