import { describe, expect, it } from "vitest";
import { unsettled } from "../../../infra/cli/pending-operations.ts";
import { parseState } from "../../../infra/cli/stack-state.ts";
import { metInterruptedRun, strays } from "../../../infra/cli/stray-containers.ts";

const id = (digit: string) => digit.repeat(64);
const resource = (name: string, container?: string) => ({
  urn: `urn:pulumi:node-a::dsmil::docker:index/container:Container::${name}`,
  type: "docker:index/container:Container",
  ...(container && { id: container }),
});

describe("operations that a killed run began", () => {
  const of = (type: string, name: string) => ({ urn: `urn:pulumi:node-c::dsmil::${type}::${name}`, type });
  const schema = of("dsmil:index:PostgresTenantSchema", "charlie");
  const pending = [schema, of("tls:index/privateKey:PrivateKey", "charlie"), resource("dsmil-l6-risk-charlie")];

  it("are settled where the state has them now, nothing real is made, or the engine was asked", () => {
    expect(unsettled({ resources: [schema], pending })).toEqual([]);
  });

  it("are kept and named where something may exist that nothing knows of", () => {
    const volume = of("docker:index/volume:Volume", "dsmil-hot-charlie");
    expect(unsettled({ resources: [], pending: [...pending, volume] })).toEqual([
      "PostgresTenantSchema charlie",
      "Volume dsmil-hot-charlie",
    ]);
  });
});

describe("containers that an interrupted run left", () => {
  const state = parseState(
    JSON.stringify({
      deployment: {
        // A container that is replaced is in the state twice while the old one is to be deleted.
        resources: [resource("l6-risk-alpha", id("a")), { ...resource("l6-risk-alpha", id("b")), delete: true }],
        pending_operations: [{ resource: resource("l9-nc3-bravo"), type: "creating" }],
      },
    }),
  );

  it("are those the state has no id of, all of them at once", () => {
    expect(strays([id("a"), id("b"), id("c"), id("d")], state)).toEqual([id("c"), id("d")]);
  });

  it("are told from operations that began", () => {
    expect(state.pending.map(({ urn }) => urn)).toEqual([resource("l9-nc3-bravo").urn]);
  });

  it("are all strays where a state is empty", () => {
    expect(strays([id("a")], parseState('{"version": 3, "deployment": {}}'))).toEqual([id("a")]);
  });

  it.each([
    `Conflict. The container name "/dsmil-l4-classifier-alpha" is already in use by container "${id("4")}". You have to`,
    "warning: Attempting to deploy or update resources with 3 pending operations from previous deployment.",
  ])("are suspected by: %s", (stderr) => {
    expect(metInterruptedRun({ code: 1, stdout: "", stderr })).toBe(true);
  });

  it("are not suspected after another failure", () => {
    const stderr = "error: no such image dsmil-l4-classifier:09912ce6";
    expect(metInterruptedRun({ code: 1, stdout: "    3 unchanged", stderr })).toBe(false);
  });
});
