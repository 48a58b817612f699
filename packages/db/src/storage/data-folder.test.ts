import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "@galen/testing";
import { beforeEach, expect, test, vi } from "vitest";
import { dataFolders } from "./data-folder.ts";
import type * as Synchronize from "./synchronize.ts";

const synchronized = vi.hoisted(() => [] as string[]);

vi.mock("./synchronize.ts", async (original) => {
  const { synchronize } = await original<typeof Synchronize>();
  return {
    synchronize: (path: string) => {
      synchronized.push(path);
      return synchronize(path);
    },
  };
});

beforeEach(() => {
  synchronized.length = 0;
});

test("all folders that name a new data folder are on disk before it is used", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "some", "where", "data");
  await using _opened = await dataFolders.hold(data);
  expect(synchronized).toEqual([data, dirname(data), join(folder.path, "some"), folder.path]);
});

test("the folder that names an older one too: who created it may have been killed before that", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await mkdir(join(data, "tables"), { recursive: true });
  await using _opened = await dataFolders.hold(data);
  expect(synchronized).toEqual([data, folder.path]);
});
