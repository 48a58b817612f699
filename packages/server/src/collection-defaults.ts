import type { CollectionConfigInput } from "@galen/db/schemas";
import type { Config } from "./config.ts";

/** What the settings say of collections that do not say it themselves. */
export type CollectionDefaults = Pick<Config, "model" | "precision">;

/** A collection as it was asked for, the rest as the settings say. */
export function withDefaults(
  asked: CollectionConfigInput,
  { model, precision }: CollectionDefaults,
): CollectionConfigInput {
  if (asked.dense === false) return asked;
  return { ...asked, model: asked.model ?? model, precision: asked.precision ?? precision };
}
