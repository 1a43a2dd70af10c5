import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply } from "./harness/announced.ts";
import { CHARLIE, dsmilOk, resetManifest } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";

interface Edit {
  readonly what: string;
  readonly edit: (text: string) => string;
  /** Tenants, and `shared`, whose things change. */
  readonly touches: readonly string[];
  /** Of `up`. */
  readonly options?: readonly string[];
}

/**
 * Ten edits, one on top of the other, each planned and deployed: what the plan announced is what the states say happened. A
 * quarter of an hour, so only where it is asked for: DSMIL_LAB_EDITS=all. Two more such edits are in 61, which always runs.
 */
const EDITS: readonly Edit[] = [
  { what: "another tenant", edit: (text) => text.trimEnd() + CHARLIE, touches: ["charlie"] },
  {
    what: "an action less for alpha",
    edit: (text) => text.replace("actions: [ISOLATE_HOST, BLOCK_DOMAIN]", "actions: [ISOLATE_HOST]"),
    touches: ["alpha"],
  },
  {
    what: "charlie's archive kept for longer",
    edit: (text) => text.replace(/archive: 90d(?![\s\S]*archive: 90d)/, "archive: 365d"),
    touches: ["charlie"],
  },
  {
    what: "more memory for every forecaster",
    edit: (text) => text.replace(/(id: 33,.*container_memory: )128MiB/, "$01144MiB"),
    touches: ["alpha", "bravo", "charlie"],
  },
  {
    what: "a third router",
    edit: (text) => text.replace(/(id: l7-router,.*replicas: )2/, "$013"),
    // Every tenant's operators are told of it.
    touches: ["alpha", "bravo", "charlie", "shared"],
  },
  {
    what: "a service less",
    edit: (text) => text.replace(/^ {2}- \{ id: l9-strategy,.*\n/m, ""),
    touches: ["alpha", "bravo", "charlie", "shared"],
  },
  {
    what: "somebody who is told of alerts",
    edit: (text) => text.replace("  webhooks: []", `  webhooks: [{ id: desk, url: "https://172.20.0.10:9999/hook" }]`),
    touches: ["shared"],
  },
  {
    what: "no figures of operators",
    edit: (text) => text.replace("mode: tagged", "mode: off"),
    touches: ["alpha", "bravo", "charlie", "shared"],
  },
  {
    what: "charlie is dropped",
    edit: (text) => `${text.slice(0, text.indexOf("\n  - id: charlie")).trimEnd()}\n`,
    touches: ["charlie"],
    options: ["--drop", "charlie"],
  },
  {
    what: "another operator",
    edit: (text) =>
      text.replace(/^operators:\n/m, "operators:\n  - { name: night.watch, role: viewer, tenants: all }\n"),
    touches: ["shared"],
  },
];

describe.skipIf(process.env.DSMIL_LAB_EDITS !== "all")("what a plan announces is what `up` does", () => {
  beforeAll(() => untilHealthy());
  afterAll(async () => {
    resetManifest();
    await dsmilOk("up", "--drop", "charlie");
  });

  it.each(EDITS)("$what", async ({ edit, touches, options = [] }) => {
    const { announced, done, tenants } = await apply(edit, ...options);
    expect(done.length).toBeGreaterThan(0);
    expect(done).toEqual(announced);
    expect(tenants).toEqual(touches);
  });
});
