/** What `JSON.stringify` can emit and a PostgreSQL jsonb refuses: NUL and lone surrogates (RFC 8259 §8.2). */
const SUSPECT = /\\u(?:0000|[dD][89a-fA-F])/;
const ESCAPE = /\\(?:u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|[\s\S])/g;

/** JSON text of `value` that every store accepts: NUL and lone surrogates become U+FFFD. */
export function safeJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (!SUSPECT.test(text)) return text;
  // Escapes are consumed in order, so that the text `\\u0000` (a backslash, then letters) stays as it is.
  return text.replace(ESCAPE, (found) => (found.length === 6 ? "\ufffd" : found));
}
