const SURROGATE_PAIR = /[\u{10000}-\u{10FFFF}]/u;

/** Offsets counted in Unicode code points, as Rust gives them, → offsets into a JavaScript string. */
export function utf16Offsets(text: string, offsets: readonly (readonly number[])[]): [number, number][] {
  const position = SURROGATE_PAIR.test(text) ? positionsOf(text) : (index: number): number => index;
  return offsets.map(([start = 0, end = 0]) => [position(start), position(end)]);
}

function positionsOf(text: string): (codePoint: number) => number {
  const positions: number[] = [];
  let position = 0;
  for (const character of text) {
    positions.push(position);
    position += character.length;
  }
  return (codePoint) => positions[codePoint] ?? position;
}
