import { SetupError } from "./setup-error.mjs";

const causes = [
  [
    /ENOSPC|no space left/i,
    "the disk is full",
    "Free about 2 GB and run the same command again; it goes on where it stopped.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|fetch failed|META_FETCH_FAIL|socket hang up/i,
    "the package registry cannot be reached",
    "Check the network (or the proxy settings of npm) and run the same command again.",
  ],
  [
    /EACCES|EPERM|EROFS|permission denied|read-only/i,
    "a folder cannot be written",
    "Make the checkout and your home folder writable, or clone elsewhere.",
  ],
  [
    /OUTDATED_LOCKFILE|frozen-lockfile/i,
    "pnpm-lock.yaml does not fit the package.json files",
    "Run `npm run dev -- pnpm install` and commit the lockfile.",
  ],
];

/** Turns the tail of a package manager's output into one cause and one next step. */
export function explainInstallFailure(what, tail) {
  const [, cause, hint] = causes.find(([pattern]) => pattern.test(tail)) ?? [
    undefined,
    "see the last lines",
    "The whole output is in .galen/setup.log.",
  ];
  const lines = tail
    .trim()
    .split("\n")
    .slice(-12)
    .map((line) => `  | ${line}`)
    .join("\n");
  return new SetupError(`${what}: ${cause}\n${lines}`, hint);
}
