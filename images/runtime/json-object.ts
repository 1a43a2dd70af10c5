/** What a JSON object holds; nothing is known of its values. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a JSON text is; undefined where it is another value or no JSON. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
