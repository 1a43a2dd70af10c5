import { type CheckFailure, type Props, UNKNOWN } from "./handler.ts";

/** A node id as in the manifest. */
export const NODE_ID = /^[a-z][a-z0-9-]{0,62}$/;

/** Collects failures; every test passes over values that are not known yet. */
export class Checker {
  readonly failures: CheckFailure[] = [];
  readonly #props: Props;

  /** @param known every input there is; another one is a spelling mistake */
  constructor(props: Props, known: readonly string[]) {
    this.#props = props;
    for (const property of Object.keys(props)) {
      if (!known.includes(property)) this.fail(property, `is not an input; there are ${known.join(", ")}`);
    }
  }

  fail(property: string, reason: string): void {
    this.failures.push({ property, reason });
  }

  /** A required text of a form. `form`: in words, for the message. */
  text(property: string, pattern: RegExp, form: string, value: unknown = this.#props[property]): void {
    if (value === UNKNOWN) return;
    if (value === undefined) this.fail(property, `is missing; give ${form}`);
    else if (typeof value !== "string" || !pattern.test(value)) this.fail(property, `must be ${form}`);
  }

  /** The id of a node in `node`. */
  node(): void {
    this.text("node", NODE_ID, "the id of a node, such as node-a");
  }

  /** An optional whole number within bounds. */
  integer(property: string, from: number, to: number, value: unknown = this.#props[property]): void {
    if (value === undefined || value === UNKNOWN) return;
    if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
      this.fail(property, `must be a whole number from ${from} to ${to}`);
    }
  }

  /** The elements of a list; empty when it is unknown or wrong, which is reported. */
  list(property: string, value: unknown = this.#props[property]): readonly unknown[] {
    if (value === UNKNOWN) return [];
    if (Array.isArray(value)) return value;
    this.fail(property, value === undefined ? "is missing; give a list" : "must be a list");
    return [];
  }

  /** The entries of a map; empty when it is unknown or wrong, which is reported. */
  map(property: string, value: unknown = this.#props[property]): readonly [string, unknown][] {
    if (value === UNKNOWN) return [];
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return Object.entries(value);
    this.fail(property, value === undefined ? "is missing; give a map" : "must be a map");
    return [];
  }
}

/** The fields of an element, or nothing where it is no object. */
export function fields(value: unknown): Props {
  return value !== null && typeof value === "object" ? (value as Props) : {};
}
