/** Why a redirect is not followed, or `undefined` when it may be. */
export function redirectRefusal(from: URL, to: URL): string | undefined {
  if (to.protocol !== "https:" && to.protocol !== "http:") return "leads away from the web";
  if (to.username !== "" || to.password !== "") return "carries a password";
  // What arrives is checked against the hub's checksum, but nobody on the way needs to see which model it is.
  if (from.protocol === "https:" && to.protocol === "http:" && !isLoopback(to)) return "leads from https to http";
  return undefined;
}

/** Whether an address is this machine's own, where nobody listens in on plain http. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname);
}
