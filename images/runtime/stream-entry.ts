/** One entry of a stream as a consumer got it. */
export interface StreamEntry {
  /** Stream key and entry id. */
  readonly key: string;
  readonly id: string;
  /** Text of the field `event`; undefined when the entry has none. */
  readonly event: string | undefined;
  /** How often it was delivered, 1 for the first time. */
  readonly deliveries: number;
}

type RawEntry = readonly [id: string, fields: readonly string[] | null];

/** Entries of an XREADGROUP or XCLAIM reply; trimmed ones, which Redis reports without fields, are left out. */
export function toEntries(
  key: string,
  raw: readonly (RawEntry | null)[],
  deliveries: (id: string) => number,
): StreamEntry[] {
  const entries: StreamEntry[] = [];
  for (const item of raw) {
    if (!item?.[1]) continue;
    const [id, fields] = item;
    const at = fields.indexOf("event");
    entries.push({ key, id, event: at % 2 === 0 ? fields[at + 1] : undefined, deliveries: deliveries(id) });
  }
  return entries;
}
