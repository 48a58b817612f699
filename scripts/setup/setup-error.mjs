/** A failure that the user can do something about: what happened, and one next step. */
export class SetupError extends Error {
  constructor(message, hint, { cause } = {}) {
    super(message, { cause });
    this.hint = hint;
  }
}

export function printSetupError(error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  if (error.hint) process.stderr.write(`hint:  ${error.hint}\n`);
}
