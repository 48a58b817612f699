import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { chunked } from "./loader.contract.ts";
import { MIN_BOMB_BYTES, unpack } from "./unpack.ts";

async function unpacked(bytes: Uint8Array, name = "a.gz", size = 65_536): Promise<string> {
  const chunks = await Array.fromAsync(unpack(chunked(bytes, size), name));
  return Buffer.concat(chunks).toString();
}

test("unpacks by the bytes, not the name, also several parts in a row", async () => {
  const packed = Buffer.concat([gzipSync("one "), gzipSync("two")]);
  for (const size of [1, 3, 1_000]) expect(await unpacked(packed, "a.jsonl", size)).toBe("one two");
  expect(await unpacked(Buffer.from("plain"), "a.jsonl", 1)).toBe("plain");
});

test.each([
  ["no gzip", Buffer.from("plain text")],
  ["nothing", new Uint8Array()],
  ["cut off", gzipSync("word ".repeat(10_000)).subarray(0, 60)],
  ["only the head", gzipSync("x").subarray(0, 8)],
])("%s is unreadable", async (_, bytes) => {
  await expect(unpacked(bytes)).rejects.toMatchObject({
    code: "source_unreadable",
    message: expect.stringMatching(/^a\.gz /),
  });
});

test("a damaged file is unreadable", async () => {
  const packed = gzipSync(Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919) % 251)));
  packed.fill(0xff, 100, 140);
  await expect(unpacked(packed)).rejects.toMatchObject({ code: "source_unreadable" });
});

test("a bomb is stopped, long before it is through", async () => {
  const bomb = gzipSync(Buffer.alloc(4 * MIN_BOMB_BYTES), { level: 9 });
  await expect(unpacked(bomb)).rejects.toMatchObject({ code: "source_too_large" });
});

test("a reader that stops leaves nothing open", async () => {
  let closed = false;
  async function* bytes(): AsyncIterable<Uint8Array> {
    try {
      for (;;) yield gzipSync("word ".repeat(100_000));
    } finally {
      closed = true;
    }
  }
  const reader = unpack(bytes(), "a.gz")[Symbol.asyncIterator]();
  await reader.next();
  await reader.return?.();
  await expect.poll(() => closed).toBe(true);
});
