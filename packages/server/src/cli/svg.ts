type Attributes = Readonly<Record<string, string | number>>;

/** One SVG element. `content` is markup: text in it must have gone through `escapeXml`. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  const start = `<${name}${written.join("")}`;
  return content === undefined ? `${start}/>` : `${start}>${content}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Foreign text as XML takes it: entities for its signs, U+FFFD for characters that XML 1.0 forbids in any form. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A coordinate with a tenth of a pixel: finer than anyone sees, and the same text on every machine. */
export function number(value: number): number {
  return Math.round(value * 10) / 10;
}
