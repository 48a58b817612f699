/** A string literal. Lance's dialect knows one escape: the doubled quote. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An identifier with its case. Names come from our schemas; a backtick cannot occur in one. */
export function column(name: string): string {
  return `\`${name}\``;
}

export function isIn(name: string, values: readonly string[]): string {
  return values.length === 0 ? "false" : `${column(name)} IN (${values.map(quote).join(",")})`;
}

/** Both must hold; an absent condition holds. */
export function both(left: string | undefined, right: string | undefined): string | undefined {
  return left === undefined ? right : right === undefined ? left : `(${left}) AND (${right})`;
}
