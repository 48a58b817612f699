import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { createClient, type GalenClient } from "@galen/server/client";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The first start loads the embedding model. */
const START_MS = 60_000;

/** The real server as a child process, on a port of its own that stays the same when it is started again. */
export class GalenServer implements AsyncDisposable {
  readonly url: string;
  readonly client: GalenClient;
  readonly #port: number;
  readonly #data: string;
  readonly #keys: readonly string[];
  #process: ChildProcess | undefined;
  #log = "";

  private constructor(port: number, { data, keys }: { data: string; keys: readonly string[] }) {
    this.#port = port;
    this.#data = data;
    this.#keys = keys;
    this.url = `http://127.0.0.1:${port}`;
    this.client = createClient(this.url, { ...(keys[0] !== undefined && { key: keys[0] }) });
  }

  /** @param options.keys that the server asks its clients for */
  static async start(data: string, { keys = [] }: { keys?: readonly string[] } = {}): Promise<GalenServer> {
    const server = new GalenServer(await freePort(), { data, keys });
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const main = "packages/server/src/cli/main.ts";
    const flags = ["serve", "--data", this.#data, "--port", String(this.#port)];
    const child = spawn(process.execPath, ["--conditions=@galen/source", main, ...flags], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, GALEN_API_KEYS: this.#keys.join(",") },
    });
    this.#process = child;
    const keep = (chunk: Buffer) => void (this.#log = (this.#log + chunk.toString()).slice(-1_000_000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    await this.#ready(child);
  }

  /** Ends the server at once, as a crash or a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Everything the server has printed. */
  get log(): string {
    return this.#log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`galen serve ended with ${child.exitCode}:\n${this.#log}`);
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`galen serve did not answer within ${START_MS / 1000} s:\n${this.#log}`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
