/** A request as a command that runs in a POSIX shell as it stands and never holds a key. */
export function curlCommand({ url, body }: { url: string; body: unknown }): string {
  return [
    `curl -sS ${quote(url)} \\`,
    `  -H 'content-type: application/json' \\`,
    `  --data-raw ${quote(JSON.stringify(body))}`,
  ].join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
