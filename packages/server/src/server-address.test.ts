import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { expect, test } from "vitest";
import { openData } from "./cli/open-data.ts";
import { announceServer, findServer } from "./server-address.ts";

/** Another server, which answers at the address that a killed one has left in the folder. */
async function otherServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => response.end("{}")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

test("an announced server is found while it is there, and not afterwards", async () => {
  await using directory = await temporaryDirectory();
  await using server = await otherServer();
  {
    await using _announced = await announceServer(directory.path, server.url);
    expect(await findServer(directory.path)).toBe(server.url);
  }
  expect(await findServer(directory.path)).toBeUndefined();
});

test.each(["", "{", '{"url":"ftp://127.0.0.1/"}', '{"url":"http://127.0.0.1:9"}'])(
  "%j leads nowhere",
  async (content) => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, "server.json"), content);
    expect(await findServer(directory.path)).toBeUndefined();
  },
);

test("who opens the folder forgets the address of a server that was killed, so that nobody asks whoever listens there now", async () => {
  await using directory = await temporaryDirectory();
  await using server = await otherServer();
  await announceServer(directory.path, server.url);
  expect(await findServer(directory.path)).toBe(server.url);
  await using _data = await openData({ data: directory.path });
  expect(await findServer(directory.path)).toBeUndefined();
});
