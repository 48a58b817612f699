import { cp, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@galen/testing";

import { readSafetensors } from "../weights/safetensors.ts";

/** A copy of a model folder, gone with the test, in which something is not as it was. */
export interface DamagedModel extends AsyncDisposable {
  readonly path: string;
  /** Gives members of a JSON file other values. */
  change(file: string, members: object): Promise<void>;
  /** Fills one tensor of model.safetensors with a float32. */
  fillTensor(name: string, value: number): Promise<void>;
}

export async function copyModel(folder: string): Promise<DamagedModel> {
  const directory = await temporaryDirectory();
  const { path } = directory;
  await cp(folder, path, { recursive: true });
  return {
    path,
    change: async (file, members) => {
      const content = JSON.parse(await readFile(join(path, file), "utf8")) as object;
      await writeFile(join(path, file), JSON.stringify({ ...content, ...members }));
    },
    fillTensor: async (name, value) => {
      const file = join(path, "model.safetensors");
      const tensor = (await readSafetensors(file)).get(name);
      if (tensor?.dtype !== "F32") throw new Error(`${file} has no float32 tensor ${name}`);
      await using handle = await open(file, "r+");
      await handle.write(new Float32Array(tensor.length / 4).fill(value), 0, tensor.length, tensor.offset);
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}
