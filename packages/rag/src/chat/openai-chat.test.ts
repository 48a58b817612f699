import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { openAiChat } from "./openai-chat.ts";

const KEY = "sk-very-secret";
const MESSAGES = [{ role: "user" as const, content: "private question" }];

interface StandIn extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: { headers: IncomingMessage["headers"]; url: string | undefined; body: unknown }[];
}

type Script = (response: ServerResponse) => void | Promise<void>;

/** A chat endpoint on the loopback that plays a script. */
async function standIn(script: Script): Promise<StandIn> {
  const requests: StandIn["requests"] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
      requests.push({ headers: request.headers, url: request.url, body: JSON.parse(body) });
      await script(response);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const event = (content: string, reason: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: reason }] })}\n\n`;
const stream = (response: ServerResponse) =>
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
const collect = async (baseUrl: string, options: { signal?: AbortSignal; idleTimeout?: number } = {}) => {
  const { signal, ...rest } = options;
  const chat = openAiChat({ baseUrl, key: KEY, model: "small", ...rest });
  return (await Array.fromAsync(chat.stream(MESSAGES, signal === undefined ? {} : { signal }))).join("");
};

async function failureOf(work: Promise<unknown>): Promise<{ code: string; message: string; details: unknown }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const told = `${String(error)} ${JSON.stringify(error)}`;
  expect(told).not.toContain(KEY);
  expect(told).not.toContain("private");
  return error as { code: string; message: string; details: unknown };
}

describe("openAiChat", () => {
  test("asks as OpenAI's clients do and gives the reply in pieces", async () => {
    await using server = await standIn((response) => {
      stream(response).write(": comment\n\n");
      response.end(`${event("Gout ")}${event("hurts.")}${event("", "stop")}data: [DONE]\n\n`);
    });
    expect(await collect(server.baseUrl)).toBe("Gout hurts.");
    expect(server.requests).toMatchObject([
      {
        url: "/v1/chat/completions",
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
        body: { model: "small", stream: true, temperature: 0, messages: MESSAGES },
      },
    ]);
  });

  test("a character that is split over packets comes out whole", async () => {
    await using server = await standIn(async (response) => {
      stream(response);
      for (const byte of Buffer.from(`${event("38 °C 😀")}data: [DONE]\n\n`)) {
        await new Promise<void>((resolve) => void response.write(Buffer.from([byte]), () => resolve()));
      }
      response.end();
    });
    expect(await collect(server.baseUrl)).toBe("38 °C 😀");
  });

  test.each([
    [401, "chat_unauthorized"],
    [403, "chat_unauthorized"],
    [404, "chat_failed"],
    [429, "chat_failed"],
    [500, "chat_failed"],
    [503, "chat_failed"],
  ])("status %i is %s, without the key or any text", async (status, code) => {
    await using server = await standIn((response) => {
      response.writeHead(status, { "content-type": "application/json", "retry-after": "7" });
      response.end(JSON.stringify({ error: { message: `no: ${KEY} private question` } }));
    });
    const failure = await failureOf(collect(server.baseUrl));
    expect(failure).toMatchObject({ code, details: { status } });
  });

  test("429 tells when to come back", async () => {
    await using server = await standIn((response) => void response.writeHead(429, { "retry-after": "7" }).end());
    expect(await failureOf(collect(server.baseUrl))).toMatchObject({ details: { status: 429, retryAfter: 7 } });
  });

  test.each<[string, Script]>([
    ["ends in the middle", (response) => void stream(response).end(event("Gout"))],
    ["drops the connection", (response) => void stream(response).write(event("Gout"), () => response.destroy())],
    ["reports an error", (response) => void stream(response).end('data: {"error":{"message":"private"}}\n\n')],
    ["sends what is not JSON", (response) => void stream(response).end("data: private\n\n")],
    ["sends other JSON", (response) => void stream(response).end('data: {"choices":"private"}\n\n')],
    ["filters", (response) => void stream(response).end(event("", "content_filter"))],
    ["does not stream", (response) => void response.writeHead(200, { "content-type": "application/json" }).end("{}")],
    ["redirects", (response) => void response.writeHead(307, { location: "http://127.0.0.1:1/" }).end()],
    ["sends bytes that are not UTF-8", (response) => void stream(response).end(Buffer.from([0x64, 0xff, 0x0a]))],
    ["floods one event", (response) => void stream(response).end(`data: ${"x".repeat(2_000_000)}`)],
  ])("an endpoint that %s has failed", async (_, script) => {
    await using server = await standIn(script);
    expect(await failureOf(collect(server.baseUrl))).toMatchObject({ code: "chat_failed" });
  });

  test("an endpoint that is silent has failed, before and within its reply", async () => {
    await using mute = await standIn(() => {});
    expect(await failureOf(collect(mute.baseUrl, { idleTimeout: 50 }))).toMatchObject({
      code: "chat_failed",
      message: expect.stringContaining("too long"),
    });
    await using stuck = await standIn((response) => void stream(response).write(event("Gout")));
    expect(await failureOf(collect(stuck.baseUrl, { idleTimeout: 50 }))).toMatchObject({ code: "chat_failed" });
  });

  test("nobody there is a failure", async () => {
    let baseUrl = "";
    {
      await using server = await standIn(() => {});
      ({ baseUrl } = server);
    }
    expect(await failureOf(collect(baseUrl))).toMatchObject({ code: "chat_failed" });
  });

  test("an abort throws the signal's reason and closes the connection", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await standIn((response) => {
      response.on("close", () => closed.resolve());
      stream(response).write(event("Gout"));
    });
    const controller = new AbortController();
    const chat = openAiChat({ baseUrl: server.baseUrl, model: "small" });
    const reading = (async () => {
      for await (const _ of chat.stream(MESSAGES, { signal: controller.signal })) controller.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
    await closed.promise;
  });

  test("a reader that stops closes the connection", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await standIn((response) => {
      response.on("close", () => closed.resolve());
      stream(response).write(event("Gout"));
    });
    for await (const piece of openAiChat({ baseUrl: server.baseUrl, model: "small" }).stream(MESSAGES)) {
      expect(piece).toBe("Gout");
      break;
    }
    await closed.promise;
  });

  test.each(["nonsense", "ftp://host/v1", "http://user:pass@host/v1"])("the base URL %s is refused", (baseUrl) => {
    expect(() => openAiChat({ baseUrl, model: "small" })).toThrow(expect.objectContaining({ code: "chat_failed" }));
  });

  test("a key that no header can carry is refused without being shown", () => {
    const make = () => openAiChat({ baseUrl: "http://127.0.0.1/v1", model: "small", key: `${KEY}\n` });
    expect(make).toThrow(/characters that no HTTP header/);
    expect(make).not.toThrow(KEY);
  });
});
