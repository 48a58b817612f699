import { locateModel } from "@galen/core";

/**
 * The model that the examples run on: the wanted one when its weights are on this machine (a folder, or the local Hugging Face
 * cache), else the built-in all-MiniLM-L6-v2. Which one it was goes to stderr, so that nobody takes one model's numbers for the other's.
 */
export async function availableModel(wanted: string): Promise<string> {
  if ((await locateModel(wanted)) !== undefined) {
    process.stderr.write(`model: ${wanted}\n`);
    return wanted;
  }
  const builtIn = "sentence-transformers/all-MiniLM-L6-v2";
  process.stderr.write(`model: ${builtIn}, because the weights of ${wanted} are not on this machine\n`);
  return builtIn;
}
