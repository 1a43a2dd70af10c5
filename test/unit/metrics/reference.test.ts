import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { baseMetrics, ownMetrics, PROGRAM_PARTS } from "../../../infra/metrics/programs.ts";
import { metricReference } from "../../../infra/metrics/reference.ts";
import { namesReachedFrom } from "./imported-names.ts";

const root = resolve(import.meta.dirname, "../../..");

/** Programs that answer /metrics: those whose main.ts reaches the base. */
const PROGRAMS = globSync("images/*/src/main.ts", { cwd: root })
  .map((file) => ({ id: file.split("/")[1] ?? "", names: namesReachedFrom(resolve(root, file)) }))
  .filter(({ names }) => names.has("dsmil_requests_total"))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** Names that are put together: `shrink_` and the key of a figure, and what containers use. */
const PUT_TOGETHER = /^(shrink_(?!operators$|observations$)|dsmil_container_)/;

describe("the metric reference", () => {
  it("is what docs/metrics-reference.md says", () => {
    expect(metricReference()).toBe(readFileSync(resolve(root, "docs/metrics-reference.md"), "utf8"));
  });

  it("knows every program that answers /metrics", () => {
    expect(PROGRAMS.map(({ id }) => id)).toEqual(Object.keys(PROGRAM_PARTS).sort());
    expect(PROGRAMS.length).toBeGreaterThan(20);
  });

  it.each(PROGRAMS)("says of $id what its own modules register", ({ id, names }) => {
    const said = [...baseMetrics(), ...ownMetrics(id)]
      .map(({ name }) => name)
      .filter((name) => !PUT_TOGETHER.test(name));
    expect(said.sort()).toEqual([...names].sort());
  });
});
