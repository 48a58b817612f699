import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryDirectory } from "@galen/testing";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { findBrowser } from "./find-browser.ts";
import { GalenServer } from "./galen-server.ts";

const app = fileURLToPath(new URL("../", import.meta.url));
const root = join(app, "../..");
const artefacts = join(root, "test-artefacts", "playground");

/** No sandbox: containers run as root. The rest keeps the browser from talking to anybody but the server under test. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface OpenOptions extends BrowserContextOptions {
  /** The page's address from `#` on. */
  readonly at?: string;
  /** Console errors that this test provokes, such as Chromium's own line for a refused connection. */
  readonly expected?: RegExp;
  /** @default the server of the stage */
  readonly server?: GalenServer;
  /** Another page of a profile that is already open, instead of a fresh one. */
  readonly profile?: BrowserContext;
}

/** The built page, the real server with the demo collection, and a browser that keeps account of what must never happen. */
export class Stage implements AsyncDisposable {
  readonly server: GalenServer;
  /** Console errors, uncaught errors, policy violations and requests to another origin, over the whole run. */
  readonly faults: string[] = [];
  readonly #browser: Browser;
  readonly #owned: AsyncDisposableStack;

  private constructor(server: GalenServer, browser: Browser, owned: AsyncDisposableStack) {
    this.server = server;
    this.#browser = browser;
    this.#owned = owned;
  }

  static async open(): Promise<Stage> {
    await using owned = new AsyncDisposableStack();
    const executablePath = findBrowser();
    await buildPage();
    const data = owned.use(await temporaryDirectory());
    const server = owned.use(await GalenServer.start(data.path));
    const browser = await chromium.launch({
      executablePath,
      args: flags,
      // What scrolls must be seen to scroll.
      ignoreDefaultArgs: ["--hide-scrollbars"],
    });
    owned.defer(() => browser.close());
    mkdirSync(artefacts, { recursive: true });
    return new Stage(server, browser, owned.move());
  }

  /** A page in a profile of its own: no storage, no history, no cache from another test. */
  async page({ at = "#/", expected, server = this.server, profile, ...options }: OpenOptions = {}): Promise<Page> {
    const context = profile ?? (await this.profile(options));
    const page = await context.newPage();
    // Evaluated by the debugger, so the page's policy neither hinders it nor is loosened for it.
    await page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !expected?.test(message.text())) this.faults.push(`${at}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.faults.push(`${at}: uncaught ${error.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${server.url}/`)) this.faults.push(`${at}: asked ${request.url()}`);
    });
    await page.goto(`${server.url}/${at}`);
    return page;
  }

  profile(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    return this.#browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", ...options });
  }

  async picture(page: Page, name: string): Promise<void> {
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(artefacts, `${name}.png`), animations: "disabled" });
  }

  /** The demo collection, through the route that the page itself uses. */
  async fillDemo(): Promise<void> {
    const { client } = this.server;
    const fields = { topic: "string", kind: "string", audience: "string", last_reviewed: "date" } as const;
    await client.collections.create({ name: "demo", fields });
    const bytes = readFileSync(join(root, "examples/demo-collection/passages.jsonl"));
    await this.upload("demo", "passages.jsonl", bytes);
  }

  /** Adds a file and waits until its task has ended. */
  async upload(collection: string, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const { task } = await this.server.client.files.add(collection, new Blob([content]), { name });
    for await (const { state, problem } of this.server.client.tasks.events(task.id))
      if (state === "failed") throw new Error(`${name} was not indexed: ${problem?.detail}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** As it is released: `NODE_ENV` of the test run would build React's development half. */
export async function buildPage(): Promise<void> {
  await promisify(execFile)("pnpm", ["exec", "vite", "build", "--logLevel", "error"], {
    cwd: app,
    env: { ...process.env, NODE_ENV: "production" },
  });
}
