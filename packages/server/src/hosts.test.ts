import { expect, it } from "vitest";
import { hostName, isAddress, isLoopback } from "./hosts.ts";

it.each([
  ["Example.COM:8080", "example.com"],
  ["[::1]:8080", "::1"],
  ["[::1]", "::1"],
  ["localhost.", "localhost"],
  ["a:b:c", ""],
  ["", ""],
])("reads the name of %j", (header, name) => {
  expect(hostName(header)).toBe(name);
});

it("tells addresses from names, and this machine from others", () => {
  expect(["127.0.0.1", "::1", "10.0.0.1", "fe80::1"].map(isAddress)).toEqual([true, true, true, true]);
  expect(["localhost", "1.2.3", "127.0.0.1.example"].map(isAddress)).toEqual([false, false, false]);
  expect(["127.9.9.9", "::1", "a.localhost"].map(isLoopback)).toEqual([true, true, true]);
  expect(["10.0.0.1", "::", "0.0.0.0", "localhost.example"].map(isLoopback)).toEqual([false, false, false, false]);
});
