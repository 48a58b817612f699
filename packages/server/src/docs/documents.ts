import { createApp } from "../app.ts";
import { Config } from "../config.ts";
import { openApiDocument } from "../openapi.ts";
import type { Services } from "../services.ts";
import { cliDocument } from "./cli-document.ts";
import { configurationDocument } from "./configuration-document.ts";
import { errorsDocument } from "./errors-document.ts";
import { httpApiDocument } from "./http-api-document.ts";

/** The generated files of `docs/`, by name. `documents.test.ts` fails when the committed ones differ. */
export function generatedDocuments(): Readonly<Record<string, string>> {
  // Only the descriptions of the routes are read; none of them runs.
  const openApi = openApiDocument(createApp({} as Services, Config.parse({})));
  return {
    "cli.md": cliDocument(),
    "configuration.md": configurationDocument(),
    "errors.md": errorsDocument(),
    "http-api.md": httpApiDocument(openApi),
    "openapi.json": `${JSON.stringify(openApi, undefined, 2)}\n`,
  };
}

/** Where the documents stand. */
export const DOCS_FOLDER = new URL("../../../../docs/", import.meta.url);
