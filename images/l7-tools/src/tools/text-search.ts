import type { Tool } from "../tool.ts";

export interface TextSearchInput {
  readonly text: string;
  readonly terms: readonly string[];
  readonly case_sensitive?: boolean;
}

/** Most places of a term that are told. */
const MOST_PLACES = 20;
/** Characters of a line that are told. */
const MOST_OF_LINE = 200;

/** How often terms stand in a text, and in which lines first. Terms are literal: nothing in them has a meaning. */
export const textSearch: Tool<TextSearchInput> = ({ text, terms, case_sensitive = true }) => {
  const lines = text.split(/\r?\n/);
  const fold = (one: string): string => (case_sensitive ? one : one.toLowerCase());
  const folded = lines.map(fold);
  return {
    lines: lines.length,
    terms: terms.map((term) => {
      const wanted = fold(term);
      const places: { line: number; column: number; text: string }[] = [];
      let count = 0;
      for (const [i, line] of folded.entries()) {
        for (let at = line.indexOf(wanted); at >= 0; at = line.indexOf(wanted, at + wanted.length)) {
          count += 1;
          if (places.length < MOST_PLACES)
            places.push({ line: i + 1, column: at + 1, text: around(lines[i] ?? "", at) });
        }
      }
      return { term, count, places };
    }),
  };
};

function around(line: string, at: number): string {
  const begin = Math.max(0, at - MOST_OF_LINE / 2);
  return line.slice(begin, begin + MOST_OF_LINE).toWellFormed();
}
