import type { Panel } from "../board.ts";

export interface Gauged extends Pick<Panel, "title" | "description" | "unit"> {
  readonly expr: string;
  readonly legend: string;
}

type Rest = Partial<Pick<Panel, "look" | "width" | "steps" | "needs">>;

/** One expression of what is there now. */
export function gauged({ expr, legend, ...about }: Gauged, rest: Rest = {}): Panel {
  return { ...about, look: "lines", width: 8, queries: [{ expr, legend }], ...rest };
}
