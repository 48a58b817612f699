import { isIP } from "node:net";

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const name = bareName(host);
  return name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Whether the host is an address rather than a name. DNS rebinding needs a name. */
export function isAddress(host: string): boolean {
  return isIP(bareName(host)) !== 0;
}

/** The name in a `Host` header: without port, brackets and a final dot. */
export function hostName(header: string): string {
  const match = /^(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(header.trim());
  return bareName(match?.[1] ?? "");
}

function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}
