import type { Finding, FindingKind } from "./finding.ts";

/** Most findings that are kept; a ruined chain must not fill the memory. */
export const MAX_FINDINGS = 1000;

/** Collects findings; the same thing about neighbours is one finding. */
export class Findings {
  readonly #node: string;
  readonly #kept: Finding[] = [];
  #omitted = 0;

  constructor(node: string) {
    this.#node = node;
  }

  get all(): readonly Finding[] {
    return this.#kept.toSorted((a, b) => a.seq - b.seq);
  }

  /** How many there were beyond {@link MAX_FINDINGS}. */
  get omitted(): number {
    return this.#omitted;
  }

  add(kind: FindingKind, seq: number, detail: string, last: number = seq): void {
    const at = this.#kept.findLastIndex((known) => known.kind === kind);
    const known = this.#kept[at];
    if (known !== undefined && known.last === seq - 1 && known.detail === detail) this.#kept[at] = { ...known, last };
    else if (this.#kept.length < MAX_FINDINGS) this.#kept.push({ node: this.#node, seq, last, kind, detail });
    else this.#omitted++;
  }
}
