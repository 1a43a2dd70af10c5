import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { classify } from "../../../infra/plan/change-class.ts";
import { planDigest } from "../../../infra/plan/digest.ts";
import { formatReview } from "../../../infra/plan/format-review.ts";
import type { Preview, PreviewStep } from "../../../infra/plan/preview.ts";
import { reviewOf } from "../../../infra/plan/review.ts";
import { summarize } from "../../../infra/plan/summarize.ts";
import { modelOf } from "../model/fixture.ts";

const model = modelOf(readFileSync(new URL("../model/good.yaml", import.meta.url), "utf8"));
const NODE = model.nodes[0]?.id ?? "";
const CONTAINER = "docker:index/container:Container";
const PLAIN = { heading: (t: string) => `# ${t}`, action: (_: unknown, t: string) => t, name: String, warn: String };

function step(op: string, type: string, name: string, inputs: object = {}, diff: readonly string[] = []): PreviewStep {
  const urn = `urn:pulumi:${NODE}::dsmil::${type}::${name}`;
  const state = { type, urn, inputs: { ...inputs } };
  const detailedDiff = Object.fromEntries(diff.map((path) => [path, { kind: "update" }]));
  return {
    op,
    urn,
    detailedDiff,
    ...(op !== "create" && { oldState: state }),
    ...(op !== "delete" && { newState: state }),
  };
}

const previews = (...steps: PreviewStep[]): Map<string, Preview> => new Map([[NODE, { steps }]]);
const review = (steps: readonly PreviewStep[], repair = false) =>
  reviewOf({ model, previews: previews(...steps), policyFindings: [], repair });
const classOf = (...steps: PreviewStep[]) => classify(summarize(previews(...steps)), false).class;

describe("the class of a change", () => {
  it.each([
    ["pre-approved", step("same", CONTAINER, "dsmil-redis")],
    ["pre-approved", step("update", "tls:index/locallySignedCert:LocallySignedCert", "redis")],
    ["pre-approved", step("update", "dsmil:index:NodeFiles", "redis-tls", { path: "/etc/dsmil/certs/redis" })],
    ["normal", step("update", "dsmil:index:NodeFiles", "redis", { path: "/etc/dsmil/redis" })],
    ["normal", step("replace", CONTAINER, "dsmil-l3-router-alpha", {}, ["memory"])],
    ["standard", step("replace", CONTAINER, "dsmil-l3-router-alpha", {}, ["ports[0].external"])],
    ["standard", step("replace", "dsmil:index:ImageOnNode", "dsmil-redis")],
    ["standard", step("create", "dsmil:index:ModelOnNode", "l3-sensor-fusion")],
    ["standard", step("create", "dsmil:index:TenantSigningKey", "charlie")],
    ["standard", step("delete", "dsmil:index:PostgresTenantSchema", "charlie")],
    ["standard", step("update", "dsmil:index:NodeNetwork", "dsmil_net")],
  ] as const)("is %s for %j", (expected, one) => expect(classOf(one)).toBe(expected));

  it("is that of the gravest change, with every reason", () => {
    const steps = [step("update", "dsmil:index:NodeNetwork", "n"), step("replace", "dsmil:index:ImageOnNode", "i")];
    expect(classify(summarize(previews(...steps)), false)).toEqual({
      class: "standard",
      reasons: ["another image is deployed", "networks change"],
    });
  });

  it("is an emergency where nothing was edited and something is mended all the same", () => {
    expect(review([step("create", CONTAINER, "dsmil-redis")], true).change.class).toBe("emergency");
    expect(review([step("same", CONTAINER, "dsmil-redis")], true).change.class).toBe("pre-approved");
  });

  it("is no emergency where certificates came due, but is one where only their files changed", () => {
    const cert = step("update", "tls:index/locallySignedCert:LocallySignedCert", "redis");
    const files = step("update", "dsmil:index:NodeFiles", "redis-tls", { path: "/etc/dsmil/certs/redis" });
    expect(review([cert, files], true).change.class).toBe("pre-approved");
    expect(review([files], true).change.class).toBe("emergency");
    expect(review([cert, step("create", CONTAINER, "x")], true).change.class).toBe("emergency");
  });
});

describe("a plan's digest", () => {
  const digest = (...steps: PreviewStep[]) => planDigest(previews(...steps));
  const base = step("update", CONTAINER, "dsmil-redis", { memory: 1, cpus: "1" }, ["memory"]);

  it("is the same for the same plan, in whatever order", () => {
    const other = step("create", CONTAINER, "x");
    expect(digest(base, other)).toBe(
      digest(other, step("update", CONTAINER, "dsmil-redis", { cpus: "1", memory: 1 }, ["memory"])),
    );
  });

  it.each([
    ["a value", step("update", CONTAINER, "dsmil-redis", { memory: 2, cpus: "1" }, ["memory"])],
    ["an action", step("replace", CONTAINER, "dsmil-redis", { memory: 1, cpus: "1" }, ["memory"])],
    ["a resource", step("update", CONTAINER, "dsmil-redis2", { memory: 1, cpus: "1" }, ["memory"])],
    ["a path", step("update", CONTAINER, "dsmil-redis", { memory: 1, cpus: "1" }, ["cpus"])],
  ])("is another for %s", (_, changed) => expect(digest(changed)).not.toBe(digest(base)));

  it("does not know what stays as it is", () => {
    expect(digest(base, step("same", CONTAINER, "y", { memory: 5 }))).toBe(digest(base));
  });
});

describe("a review", () => {
  const replaced = ["create-replacement", "replace", "delete-replaced"].map((op) =>
    step(op, CONTAINER, "dsmil-redis", { memory: 64 }),
  );

  it("tells restarts, and memory before and after against the budget, each container once", () => {
    const same = ["refresh", "same"].map((op) => step(op, CONTAINER, "dsmil-x", { memory: 100 }));
    const read = step("refresh", CONTAINER, "dsmil-redis", { memory: 64 });
    const { restarts, memory, untouchedContainers } = review([read, ...replaced, ...same]);
    expect(untouchedContainers).toBe(1);
    expect(restarts).toEqual([{ stack: NODE, name: "dsmil-redis", tenant: "shared", seconds: [2, 15] }]);
    const after = model.containers.filter((c) => c.node === NODE).reduce((sum, c) => sum + c.memoryMiB, 0);
    expect(memory[0]).toEqual({ node: NODE, beforeMiB: 164, afterMiB: after, budgetMiB: model.nodes[0]?.memoryMiB });
  });

  it("has the inverse, last step first, and what it cannot bring back", () => {
    const { inverse } = review([
      step("create", CONTAINER, "a"),
      step("delete", "dsmil:index:RedisStreams", "charlie"),
      step("update", "dsmil:index:NodeFiles", "f", { path: "/etc/dsmil/redis" }),
    ]);
    expect(inverse.map(({ action, name, lost }) => [action, name, lost])).toEqual(
      expect.arrayContaining([
        ["delete", "a", undefined],
        ["create", "charlie", "charlie: streams with unread events"],
        ["update", "f", undefined],
      ]),
    );
  });

  it("says all of it in a comment, with findings and without any value", () => {
    const made = reviewOf({
      model,
      previews: previews(...replaced, step("update", "dsmil:index:NodeFiles", "f", { files: "hunter2" }, ["files"])),
      policyFindings: [
        {
          rule: "public-ports",
          resource: "dsmil-x",
          message: "it publishes",
          place: " (manifest.yaml:3:1  services[0])",
        },
      ],
      repair: false,
    });
    const text = formatReview(made, PLAIN);
    for (const part of [
      ...[
        "# restarts",
        `dsmil-redis on ${NODE} (shared): 2–15 s`,
        "# memory of containers",
        "# to undo it",
        "class normal",
      ],
      ...["public-ports: dsmil-x: it publishes (manifest.yaml:3:1  services[0])", `plan ${made.digest}`],
    ])
      expect(text).toContain(part);
    expect(text + JSON.stringify(made)).not.toContain("hunter2");
  });

  it("is one line where nothing changes", () => {
    expect(formatReview(review([step("same", CONTAINER, "dsmil-redis")]), PLAIN)).toBe(`No changes on ${NODE}.\n`);
  });
});
