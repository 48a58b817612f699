// Interfaces of the other packages until they are merged.
import { Database, type LoadEmbedder } from "@galen/db";
import { splitPassages } from "@galen/rag";

export type { Collection, Database } from "@galen/db";

export function openDatabase(uri: string, options: { loadEmbedder?: LoadEmbedder } = {}): Promise<Database> {
  return Database.open(uri, { ...options, split: splitPassages });
}
