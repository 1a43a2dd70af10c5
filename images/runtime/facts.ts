import type { LineFields } from "./ingest/normalized-line.ts";

/** What rules look at: category and key fields of one line. */
export class Facts {
  readonly category: string;
  private readonly fields: LineFields;

  constructor(category: string, fields: LineFields) {
    this.category = category;
    this.fields = fields;
  }

  /** The field as text, "" when there is none. */
  text(name: string): string {
    const value = this.fields[name];
    return value === undefined ? "" : String(value);
  }

  /** The field as a number, 0 when there is none. */
  number(name: string): number {
    const value = this.fields[name];
    return typeof value === "number" ? value : 0;
  }

  is(name: string, ...values: readonly (string | number)[]): boolean {
    const value = this.fields[name];
    return value !== undefined && values.includes(value);
  }

  /** Whether the field holds an address outside the private, loopback and link-local ranges (RFC 6890). */
  isPublic(name: string): boolean {
    const address = this.text(name);
    return address !== "" && !INTERNAL.test(address);
  }
}

const INTERNAL =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|0\.|22[4-9]\.|23\d\.|2[45]\d\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:)/i;
