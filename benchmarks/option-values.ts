/** @throws {RangeError} for text that is none */
export function positiveInteger(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`--${name} takes a whole number from 1 on`);
  return number;
}

/** What a list names, in the order of the tables, whatever the order it was named in. @throws {RangeError} for an unknown name */
export function chosen<Item>(what: string, list: string, known: ReadonlyMap<string, Item>): Item[] {
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new RangeError(`there is no ${what} ${unknown}: choose from ${[...known.keys()].join(", ")}`);
  return [...known].filter(([name]) => names.includes(name)).map(([, item]) => item);
}
