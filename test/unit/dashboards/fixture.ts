import { resolve } from "node:path";
import type { Board } from "../../../infra/dashboards/board.ts";
import { boardsFor } from "../../../infra/dashboards/boards.ts";
import { panelsOf } from "../../../infra/dashboards/numbers/filled.ts";
import { loadModel } from "../../../infra/model/load.ts";

/** The project's own manifest, resolved. */
export const MODEL = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));

/** What operators see of it. */
export const BOARDS: readonly Board[] = boardsFor({ model: MODEL });

/** Every panel with the name of its dashboard. */
export const PANELS = BOARDS.flatMap((board) =>
  panelsOf(board).map(({ row, panel }) => ({ name: `${board.title} › ${row} › ${panel.title}`, board, panel })),
);
