/** Lays rows out in columns, two spaces apart; the last column is not padded. `paint` colours the header. */
export function textTable(
  header: readonly string[],
  rows: readonly string[][],
  paint: (text: string) => string,
): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [paint(line(header)), ...rows.map(line)].map((text) => `  ${text}`).join("\n");
}
