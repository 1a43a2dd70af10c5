import { describe, expect, it } from "vitest";
import { strayContainers } from "../../../infra/cli/stray-containers.ts";

const id = "4911af5da77ff3f9ac456ff76b76e1a9f096888a8f195173965b40d075234024";
const said = `Error response from daemon: Conflict. The container name "/dsmil-l4-classifier-alpha" is already in use by container "${id}". You have to remove (or rename)`;

describe("strayContainers", () => {
  it("finds each container in the way once", () => {
    expect(strayContainers(`${said}\n * ${said}`)).toEqual([{ name: "dsmil-l4-classifier-alpha", id }]);
  });

  it("finds none in another failure", () => {
    expect(strayContainers("Error response from daemon: No such container: dsmil-l4-classifier-alpha")).toEqual([]);
  });
});
