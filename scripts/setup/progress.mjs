/** Says on stderr that something long begins; the returned function says how long it took. Stdout stays clean for results. */
export function step(what) {
  const start = performance.now();
  process.stderr.write(`${what} …${process.stderr.isTTY ? "" : "\n"}`);
  return () => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stderr.write(process.stderr.isTTY ? ` ${seconds} s\n` : `${what}: done in ${seconds} s\n`);
  };
}
