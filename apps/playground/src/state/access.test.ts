import { expect, test, vi } from "vitest";
import { Access } from "./access.ts";

test("asks once, signs every later call, and asks again when the key is refused", () => {
  const access = new Access();
  const listener = vi.fn<() => void>();
  access.subscribe(listener);
  expect(access.sign({ accept: "a/b" }).has("authorization")).toBe(false);
  access.refused();
  access.refused();
  expect(listener).toHaveBeenCalledTimes(1);
  access.use("secret");
  expect(access.wanted).toBe(false);
  expect(Object.fromEntries(access.sign({ accept: "a/b" }))).toEqual({ accept: "a/b", authorization: "Bearer secret" });
  access.refused();
  expect(access.wanted).toBe(true);
  access.dismiss();
  expect(access.wanted).toBe(false);
});
