/** Of a page of a collection, and of a file: each takes up to 60 bytes of memory, whatever it takes in the text. */
export const MOST_VALUES = { page: 200_000, file: 600_000 } as const;

const [QUOTE, BACKSLASH, COMMA, COLON, LIST, OBJECT] = [34, 92, 44, 58, 91, 123] as const;

/**
 * Whether a text of JSON has more values, keys included, than there should be: a text of brackets alone takes 30 times its
 * length in memory when it is parsed, so this is asked before. Of what is no JSON it says anything.
 */
export function hasTooManyValues(text: string, most: number): boolean {
  let values = 0;
  let quoted = false;
  for (let at = 0; at < text.length && values <= most; at++) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) quoted = !quoted;
    else if (quoted) at += sign === BACKSLASH ? 1 : 0;
    else if (sign === COMMA || sign === COLON || sign === LIST || sign === OBJECT) values += 1;
  }
  return values > most;
}
