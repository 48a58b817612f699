import { expect, test } from "vitest";
import { newCollection } from "../catalogue/collection.fixture.ts";
import { storageFor } from "./registry.ts";

/** What the rest of the package relies on, wherever a database is kept. `newUri` names a place that is not there yet. */
export function storageContract(name: string, newUri: () => Promise<{ readonly uri: string } & AsyncDisposable>): void {
  test(`${name}: a place is made, held by one, and given free`, async () => {
    await using place = await newUri();
    const storage = storageFor(place.uri);
    {
      await using held = await storage.hold(place.uri);
      await using catalogue = await held.openCatalogue();
      expect(await catalogue.listCollections()).toEqual([]);
      await expect(storage.hold(place.uri)).rejects.toThrow(expect.objectContaining({ code: "data_folder_locked" }));
    }
    await using _again = await storage.hold(place.uri);
  });

  test(`${name}: what is written is there again, and readers see it beside the writer`, async () => {
    await using place = await newUri();
    const storage = storageFor(place.uri);
    {
      await using held = await storage.hold(place.uri);
      await using catalogue = await held.openCatalogue();
      await catalogue.addCollection(newCollection);
      const reading = await storage.read(place.uri);
      await using reader = await reading.openCatalogue();
      expect(await reader.listCollections()).toMatchObject([{ id: "c", name: "c" }]);
      expect([reading.tables, reading.snapshots]).toEqual([held.tables, held.snapshots]);
      await catalogue.setCollectionState("c", "ready", 3);
      expect(await reader.listCollections()).toMatchObject([{ state: "ready", tableVersion: 3 }]);
    }
    await using held = await storage.hold(place.uri);
    await using catalogue = await held.openCatalogue();
    expect(await catalogue.listCollections()).toMatchObject([{ id: "c", state: "ready" }]);
  });

  test(`${name}: a reader cannot write, and makes nothing where nothing is`, async () => {
    await using place = await newUri();
    const storage = storageFor(place.uri);
    const notFound = expect.objectContaining({ code: "data_folder_not_found" });
    await expect(storage.read(place.uri)).rejects.toThrow(notFound);
    await expect(storage.read(place.uri)).rejects.toThrow(notFound);
    await using held = await storage.hold(place.uri);
    await using _catalogue = await held.openCatalogue();
    await using reader = await (await storage.read(place.uri)).openCatalogue();
    await expect(reader.setAlias("a", "c")).rejects.toThrow(/readonly/);
  });
}
