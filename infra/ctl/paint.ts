import pc from "picocolors";

/** Colours, where the output is a terminal and NO_COLOR is not set. */
export type Paint = ReturnType<typeof pc.createColors>;

export const paintFor = (stream: { readonly isTTY?: boolean }): Paint =>
  pc.createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb");

/** A cell of a table: its text, and how it is painted after it is laid out. */
export type Cell = string | readonly [text: string, paint: (text: string) => string];

/**
 * Lays rows out in columns two spaces apart, each as wide as its widest cell; what does not fit into `width` is cut in the
 * last column.
 */
export function columns(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
  width = 80,
): string {
  const lines: (readonly Cell[])[] = [header.map((title) => [title, paint.dim] as const), ...rows];
  const widths = header.map((_, i) => Math.max(...lines.map((row) => [...textOf(row[i])].length)));
  return lines.map((row) => lineOf(row, widths, width)).join("\n");
}

function lineOf(row: readonly Cell[], widths: readonly number[], width: number): string {
  let left = width;
  const cells = row.map((cell, i) => {
    const isLast = i === row.length - 1;
    const room = Math.max(1, isLast ? left : Math.min(left, widths[i] ?? 0));
    const shown = fit(textOf(cell), room);
    left -= (widths[i] ?? 0) + 2;
    const padded = isLast ? shown : shown.padEnd(widths[i] ?? 0);
    return typeof cell === "string" || cell === undefined ? padded : cell[1](padded);
  });
  return cells.join("  ").trimEnd();
}

const textOf = (cell: Cell | undefined): string =>
  cell === undefined ? "" : clean(typeof cell === "string" ? cell : cell[0]);

/** A text in so many characters. */
export const fit = (content: string, room: number): string =>
  [...content].length <= room ? content : `${[...content].slice(0, Math.max(0, room - 1)).join("")}…`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a node says, without what could move a terminal's cursor. */
export const clean = (content: string): string => content.replace(UNSAFE, "�");

/** What a node says, as JSON: what `clean` would take away is escaped. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNSAFE, (found) =>
    found === "\n" ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
