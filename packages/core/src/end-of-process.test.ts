import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

const module = new URL("sentence-transformer.ts", import.meta.url).href;

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

/** How a program ends whose code stands behind long `texts` and a way to load a model. */
async function run(code: string): Promise<Ending> {
  const program = `
    import { SentenceTransformer } from ${JSON.stringify(module)};
    const texts = Array.from({ length: 200 }, (_, index) => "the cat sat on the mat ".repeat(30 + (index % 5)));
    const load = () => SentenceTransformer.load(undefined, { workers: 2 });
    ${code}`;
  const child = spawn(process.execPath, ["--conditions=@galen/source", "--input-type=module", "--eval", program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors = text(child.stderr);
  const [exitCode, signal] = (await once(child, "exit")) as [number | null, string | null];
  return { code: exitCode, signal, errors: await errors };
}

/** A program that does `ends` while both threads compute, which goes on for a while. */
const amidBatches = (ends: string): string => `
  const model = await load();
  let reports = 0;
  await model.encode(texts, { onProgress: () => { if (++reports === 3) { ${ends} } } });`;

// onnxruntime-node aborts a process whose thread is stopped in the middle of a run. A tiny model's runs are too short to be
// met for sure; those of the built-in model, on texts this long, take nearly all the time.
describe("a program that ends while batches are computed", () => {
  test("by process.exit() has the code that it asked for", async () => {
    expect(await run(amidBatches("process.exit(7);"))).toEqual({ code: 7, signal: null, errors: "" });
  });

  test("by an exception that nobody catches says so, and nothing else", async () => {
    const ending = await run(amidBatches("setImmediate(() => { throw new Error('struck down'); });"));
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.errors).toContain("Error: struck down");
    expect(ending.errors).not.toContain("terminate called");
  });

  test("by what its own callback throws does, too", async () => {
    const ending = await run(amidBatches("throw new Error('struck down');"));
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.errors).not.toContain("terminate called");
  });

  test.each(["SIGINT", "SIGTERM"])("by %s ends by it", async (signal) => {
    const ending = await run(amidBatches(`process.kill(process.pid, "${signal}");`));
    expect(ending).toEqual({ code: null, signal, errors: "" });
  });

  test("by itself, without disposing the model, ends when its last call has", async () => {
    const code = `const model = await load(); void model.encode(texts.slice(0, 8)).then(() => { process.exitCode = 3; });`;
    expect(await run(code)).toEqual({ code: 3, signal: null, errors: "" });
  });
});

test.each([50, 100, 150, 200, 250, 300])(
  "a program that ends %d ms after it began to load has its code",
  async (wait) => {
    const code = `setTimeout(() => process.exit(7), ${wait}); await load();`;
    expect(await run(code)).toEqual({ code: 7, signal: null, errors: "" });
  },
);
