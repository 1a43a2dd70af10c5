/**
 * The same text, in memory of its own: what is cut out of a long text keeps all of it in memory as long as it is there. Lone
 * surrogates become U+FFFD.
 */
export function ownText(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
