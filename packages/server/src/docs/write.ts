import { mkdir, writeFile } from "node:fs/promises";
import { DOCS_FOLDER, generatedDocuments } from "./documents.ts";

// `pnpm --filter @galen/server run docs` writes the generated files of docs/ anew.
await mkdir(DOCS_FOLDER, { recursive: true });
for (const [name, content] of Object.entries(generatedDocuments()))
  await writeFile(new URL(name, DOCS_FOLDER), content);
