import { Checker } from "../check.ts";
import { type Props, UNKNOWN } from "../handler.ts";

/** An element of a list, and where it is: `users[0]`. */
export interface Element {
  readonly path: string;
  readonly value: Props;
}

/** The checks that the stores' resources share. Values that are not known yet pass all of them. */
export class InputCheck extends Checker {
  readonly #inputs: Props;

  /** @param known every input there is */
  constructor(inputs: Props, known: readonly string[]) {
    super(inputs, known);
    this.#inputs = inputs;
  }

  /** Fails `property` with `reason` unless its value passes. True: it is known and good. */
  that(property: string, value: unknown, passes: (value: unknown) => boolean, reason: string): boolean {
    if (value === UNKNOWN) return false;
    const ok = passes(value);
    if (!ok) this.fail(property, reason);
    return ok;
  }

  tenant(optional = false): void {
    if (optional && this.#inputs.tenant === undefined) return;
    this.text(
      "tenant",
      /^[a-z][a-z0-9]{1,15}$/,
      'a tenant id such as "alpha" (lower case, 2 to 16 letters and digits)',
    );
  }

  database(): void {
    this.text("database", /^[a-z_][a-z0-9_]{0,62}$/, "the name of a database, as dsmil");
  }

  flags(...properties: string[]): void {
    for (const property of properties) {
      const ok = (v: unknown): boolean => v === undefined || typeof v === "boolean";
      this.that(property, this.#inputs[property], ok, "must be true or false");
    }
  }

  /** A password: printable ASCII, so that every client encodes it alike, 16 characters or more. */
  password(property: string, value: unknown = this.#inputs[property]): void {
    this.text(property, /^[\x21-\x7e]{16,}$/, "a password of at least 16 printable ASCII characters", value);
  }

  /** The elements of a list of objects that can be looked at. */
  elements(property: string): Element[] {
    return this.list(property).flatMap((element, i) => {
      const path = `${property}[${i}]`;
      const known = this.that(path, element, (v) => v !== null && typeof v === "object", "must be an object");
      return known ? [{ path, value: element as Props }] : [];
    });
  }

  /** Fails every element whose `field` was there before. */
  distinct(elements: readonly Element[], field: string): void {
    const seen = new Set<unknown>();
    for (const { path, value } of elements) {
      const it = value[field];
      this.that(`${path}.${field}`, it, (v) => !seen.has(v), `"${String(it)}" is there twice`);
      seen.add(it);
    }
  }
}

/** Whether a value is a text with something in it. */
export const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
