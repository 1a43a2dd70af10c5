import { defineConfig } from "vitest/config";
import NameOrder from "./test/lab/harness/sequencer.ts";

/** One project a kind of test; what shares machines or engines runs file by file. */
const project = (name: string, options: { serial?: boolean; timeout?: number; setup?: string } = {}) => ({
  test: {
    name,
    // What commands print is compared as text; a CI environment would switch colours on.
    env: { NO_COLOR: "1" },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeout ?? 10_000,
    hookTimeout: options.timeout ?? 10_000,
    fileParallelism: !options.serial,
    // Real engines and machines on a busy computer: a second try tells a fault from bad luck, and its line says `(retry x1)`.
    retry: options.serial ? 1 : 0,
    ...(options.setup && { globalSetup: options.setup }),
  },
});

export default defineConfig({
  test: {
    // The lab's files build on each other: up first, destroy last.
    sequence: { sequencer: NameOrder },
    projects: [
      project("unit"),
      project("component", { timeout: 30_000 }),
      project("images", { serial: true, timeout: 600_000 }),
      project("services", { serial: true, timeout: 180_000 }),
      project("provider", { serial: true, timeout: 180_000 }),
      project("machines", { serial: true, timeout: 300_000 }),
      project("lab", { serial: true, timeout: 900_000, setup: "test/lab/setup.ts" }),
    ],
  },
});
