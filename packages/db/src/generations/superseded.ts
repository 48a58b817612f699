/** Another generation has taken the place of the one that was to be written: the write begins anew there. Never leaves this package. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

/** Writes to the present generation, and once more to the next when it was replaced meanwhile. */
export async function writeToPresent<Target, Result>(
  present: () => Target,
  write: (target: Target) => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await write(present());
    } catch (error) {
      if (!(error instanceof SupersededError)) throw error;
    }
  }
}
