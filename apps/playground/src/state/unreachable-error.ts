/** Nobody answered, or the answer broke off. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}
