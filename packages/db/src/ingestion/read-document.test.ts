import { expect, test } from "vitest";
import { MAX_METADATA_BYTES, MAX_TEXT_LENGTH } from "../schemas/document.ts";
import { claimedId, readDocument } from "./read-document.ts";

const fields = { year: "number", day: "date", mesh: "string[]" } as const;
const read = (input: unknown) => readDocument(input, 0, { fields });

test("a number and the same number as a string are one id; without an id one is made", () => {
  expect(read({ id: 1, text: "a" }).id).toBe("1");
  expect(read({ id: "1", text: "a" }).id).toBe("1");
  expect(read({ text: "a" }).id).not.toBe(read({ text: "a" }).id);
});

test("text keeps its offsets: half surrogates become one replacement character each", () => {
  const { text, title } = read({ id: "a", text: "a\uD800b\u0000c", title: "\uDC00" });
  expect(text).toBe("a\uFFFDb\u0000c");
  expect(title).toBe("\uFFFD");
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;

test.each<[string, unknown, string]>([
  ["no object", "text", "document_invalid"],
  ["null", null, "document_invalid"],
  ["no text", { id: "a" }, "document_invalid"],
  ["empty text", { text: "" }, "document_invalid"],
  ["blank text", { text: " \n\t" }, "document_invalid"],
  ["text of another type", { text: 5 }, "document_invalid"],
  ["a 10 kB id", { id: "x".repeat(10_240), text: "a" }, "document_invalid"],
  ["an empty id", { id: "", text: "a" }, "document_invalid"],
  ["a fractional id", { id: 1.5, text: "a" }, "document_invalid"],
  ["a control character in the id", { id: "a\nb", text: "a" }, "document_invalid"],
  ["half a surrogate in the id", { id: "\uD800", text: "a" }, "document_invalid"],
  ["NaN", { text: "a", metadata: { ratio: Number.NaN } }, "document_invalid"],
  ["Infinity", { text: "a", metadata: { ratio: Number.POSITIVE_INFINITY } }, "document_invalid"],
  ["undefined inside", { text: "a", metadata: { list: [undefined] } }, "document_invalid"],
  ["a function", { text: "a", metadata: { run: () => 1 } }, "document_invalid"],
  ["a BigInt", { text: "a", metadata: { big: 1n } }, "document_invalid"],
  ["a Date", { text: "a", metadata: { day: new Date(0) } }, "document_invalid"],
  ["deep JSON", { text: "a", metadata: deep(100_000) }, "document_invalid"],
  ["a cycle", { text: "a", metadata: cycle }, "document_invalid"],
  ["__proto__", { text: "a", metadata: JSON.parse('{"x":{"__proto__":{"admin":true}}}') }, "document_invalid"],
  ["metadata as a list", { text: "a", metadata: [1] }, "document_invalid"],
  ["an empty tag", { text: "a", tags: [""] }, "document_invalid"],
  ["a unit separator in a tag", { text: "a", tags: ["a\u001Fb"] }, "document_invalid"],
  ["a unit separator in a list", { text: "a", metadata: { mesh: ["a\u001Fb"] } }, "document_invalid"],
  ["long text", { text: "x".repeat(MAX_TEXT_LENGTH + 1) }, "document_too_large"],
  ["much metadata", { text: "a", metadata: { x: "é".repeat(MAX_METADATA_BYTES / 2) } }, "document_too_large"],
  ["a field of another type", { text: "a", metadata: { year: "2019" } }, "field_type_mismatch"],
  ["a day that is none", { text: "a", metadata: { day: "2019-02-30" } }, "field_type_mismatch"],
  ["a list with a number", { text: "a", metadata: { mesh: ["a", 1] } }, "field_type_mismatch"],
])("%s is refused", (_, input, code) => {
  expect(() => read(input)).toThrow(expect.objectContaining({ code }));
});

test("messages name fields, not content", () => {
  const secret = "patient Jane Roe";
  for (const input of [
    { text: 5, metadata: { note: secret } },
    { text: secret, metadata: { year: secret } },
    { text: secret, tags: [secret, ""] },
  ]) {
    expect(() => read(input)).toThrow(expect.objectContaining({ message: expect.not.stringContaining("Jane") }));
  }
});

test("the largest text, deep enough metadata and odd keys are taken", () => {
  expect(read({ text: "x".repeat(MAX_TEXT_LENGTH) }).text).toHaveLength(MAX_TEXT_LENGTH);
  expect(read({ text: "a", metadata: deep(30) }).metadata).toEqual(deep(30));
  const metadata = { constructor: "x", toString: 1, "a=b%c": [null, true] };
  expect(read({ text: "a", metadata }).metadata).toEqual(metadata);
});

test("a claimed id is shown only when it is one", () => {
  expect(claimedId({ id: 7 })).toBe("7");
  expect(claimedId({ id: "x".repeat(9_999) })).toHaveLength(512);
  for (const input of [{}, { id: {} }, null, "text"]) expect(claimedId(input)).toBeUndefined();
});
