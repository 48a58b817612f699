export interface ConsoleBlock {
  readonly command: string;
  readonly output: string;
}

/** Fenced `console` blocks: the command after `$ ` and the output below it. */
export function consoleBlocks(markdown: string): ConsoleBlock[] {
  return fenced(markdown, "console").map((block) => {
    const [first = "", ...rest] = block.split("\n");
    return { command: first.replace(/^\$ /, ""), output: rest.join("\n") };
  });
}

/** Fenced `ts` blocks. */
export function typescriptBlocks(markdown: string): string[] {
  return fenced(markdown, "ts");
}

export interface TypescriptExample {
  readonly code: string;
  readonly output: string;
}

/** Fenced `ts` blocks that a fenced `text` block with their output follows. */
export function typescriptExamples(markdown: string): TypescriptExample[] {
  const pairs = markdown.matchAll(/^```ts\n((?:(?!```)[^])*)\n```\n\n```text\n([^]*?)\n```$/gm);
  return [...pairs].map(([, code = "", output = ""]) => ({ code, output }));
}

/** Output as a pattern: `…` stands for anything, everything else for itself. */
export function outputPattern(output: string): RegExp {
  const parts = output
    .trim()
    .split("…")
    .map((part) => RegExp.escape(part));
  return new RegExp(parts.join("[^]*"));
}

function fenced(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)\n\`\`\`$`, "gm"))].map(([, body = ""]) => body);
}
