/** Writes what the tests compare with: `node test/unit/render/write-expected.ts`, then read the difference. */

import { writeFileSync } from "node:fs";
import { renderAll } from "./rendered.ts";

for (const [name, text] of Object.entries(renderAll())) {
  writeFileSync(new URL(`expected/${name}`, import.meta.url), text);
}
