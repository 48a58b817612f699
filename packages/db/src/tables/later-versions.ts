import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** lance-table `ManifestNamingScheme::V2`: names count down, so that the newest version sorts first. */
const LAST_VERSION = 0xffff_ffff_ffff_ffffn;
const MANIFEST = /^(\d{20})\.manifest$/;

/** Removes the manifests after the durable one. The files that only they name are pruned by LanceDB when they are a week old. */
export async function removeLaterVersions(tableFolder: string, durableVersion: number): Promise<void> {
  const folder = join(tableFolder, "_versions");
  const later = (await readdir(folder)).filter((name) => {
    const count = MANIFEST.exec(name)?.[1];
    return count !== undefined && LAST_VERSION - BigInt(count) > BigInt(durableVersion);
  });
  if (later.length === 0) return;
  // The pointer to the newest version is only a shortcut; without it LanceDB lists the folder.
  await rm(join(folder, "latest_version_hint.json"), { force: true });
  for (const name of later) await rm(join(folder, name));
}
