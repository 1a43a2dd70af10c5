/** A text that tells of attacks, outside what it quotes. */
const REPORTING =
  /\b(?:what (?:is|does|are)|means?|explain|classif(?:y|ied)|detect\w*|flagged|example|describe|suspicious|phrase|attack(?:er|s)?|log (?:file|line|has)|regular expression|awareness|training|such as|tactic|sent to|(?:was|were) told|which of these|should we log|says? \w+ to our)\b/;
const QUOTED = /"[^"]{1,400}"|`[^`]{1,400}`|(?<=^|[\s(:])'[^']{1,400}'(?=$|[\s).,;:!?])/g;

/** Where a text quotes while it tells of attacks: what stands there counts less. */
export class Quotes {
  private readonly spans: readonly (readonly [from: number, to: number])[];

  constructor(text: string) {
    const spans = [...text.matchAll(QUOTED)].map(({ index, 0: quoted }) => [index, index + quoted.length] as const);
    let outside = "";
    let last = 0;
    for (const [from, to] of spans) {
      outside += `${text.slice(last, from)} `;
      last = to;
    }
    this.spans = REPORTING.test(outside + text.slice(last)) ? spans : [];
  }

  /** Whether all of this lies in one quotation. */
  holds(from: number, length: number): boolean {
    return this.spans.some(([start, end]) => start <= from && from + length <= end);
  }
}
