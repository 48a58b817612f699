import { GalenHttpError } from "@galen/server/client";
import { expect, test } from "vitest";
import { problemOf, StreamError } from "./problem.ts";
import { UnreachableError } from "./unreachable-error.ts";

test.each([
  ["unreachable", new UnreachableError("gone")],
  ["unexpected_response", new SyntaxError("Unexpected token '<'")],
  ["chat_failed", new StreamError("chat_failed", "The chat model did not answer.")],
  ["page_error", new TypeError("x is undefined")],
  ["page_error", "a string"],
])("%s has words", (code, error) => {
  const problem = problemOf(error);
  expect(problem.code).toBe(code);
  expect(problem.detail).not.toBe("");
});

test("the server's own problem is shown as it came", () => {
  const problem = {
    type: "about:blank",
    title: "Not found",
    status: 404,
    detail: "There is no such collection",
    code: "collection_not_found",
    instance: "/",
    request_id: "1",
  };
  expect(problemOf(new GalenHttpError(problem))).toBe(problem);
});
