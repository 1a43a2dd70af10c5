import { describe, expect, it } from "vitest";
import { parseState } from "../../../infra/cli/stack-state.ts";
import { strays, wasInterrupted } from "../../../infra/cli/stray-containers.ts";

const id = (digit: string) => digit.repeat(64);
const resource = (name: string, container?: string) => ({
  urn: `urn:pulumi:node-a::dsmil::docker:index/container:Container::${name}`,
  type: "docker:index/container:Container",
  ...(container && { id: container }),
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

  it("are suspected where a name is taken", async () => {
    const stdout = `Conflict. The container name "/dsmil-l4-classifier-alpha" is already in use by container "${id("4")}". You have to`;
    expect(await wasInterrupted("/nowhere", "node-a", { code: 1, stdout, stderr: "" })).toBe(true);
    expect(await wasInterrupted("/nowhere", "node-a", { code: 1, stdout, stderr: "", stopped: true })).toBe(false);
  });
});
