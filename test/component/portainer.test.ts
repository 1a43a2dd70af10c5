import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { recordFleet } from "../../infra/docs/record-fleet.ts";
import { ManifestInvalid } from "../../infra/model/load.ts";
import type { Model } from "../../infra/model/types.ts";
import { evaluate } from "../../policies/pack/evaluate.ts";
import { factsOf } from "../../policies/pack/facts.ts";
import { loadManifestText } from "./manifest.ts";

const root = resolve(import.meta.dirname, "../..");
const OFF = readFileSync(join(root, "manifest.yaml"), "utf8");
/** As docs/portainer.md says. */
const [, NETWORK = "", SERVICE = ""] =
  /networks:\n( {2}- .*\n)services:\n( {2}- .*\n)/.exec(readFileSync(join(root, "docs/portainer.md"), "utf8")) ?? [];
const withPortainer = (service: string) =>
  OFF.replace(/( {2}- \{ id: public_api_net.*\n)/, `$1${NETWORK}`).replace(
    /( {2}- \{ id: prometheus, .*\n)/,
    `$1${service}`,
  );

async function declared(model: Model) {
  const all = await recordFleet(root, model);
  return new Map(all.map((one) => [`${one.node} ${one.type} ${one.name}`, one.inputs]));
}

describe("Portainer", () => {
  it("is nowhere while the manifest does not name it, and adds its own resources alone", async () => {
    const [off, on] = [await declared(loadManifestText(OFF)), await declared(loadManifestText(withPortainer(SERVICE)))];
    expect(JSON.stringify([...off])).not.toContain("portainer");
    const added = [...on.keys()].filter((key) => !off.has(key)).map((key) => key.replace(/\S+[:/]/, ""));
    expect(added.sort()).toEqual(
      [
        ...["node-a", "node-b", "node-c"].map((node) => `${node} NodeNetwork portainer_net`),
        ...["PrivateKey", "CertRequest", "LocallySignedCert"].map((type) => `node-c ${type} portainer`),
        "node-a Container dsmil-portainer",
        "node-a ServiceContainer dsmil-portainer",
        "node-a ImageOnNode dsmil-portainer",
        "node-a NodeFiles portainer",
        "node-a RandomPassword portainer-admin",
        "node-a Volume dsmil-portainer-data",
      ].sort(),
    );
  }, 120_000);

  it("has a memory limit, its address, its network, and the socket read-only", async () => {
    const on = await declared(loadManifestText(withPortainer(SERVICE)));
    const container = on.get("node-a docker:index/container:Container dsmil-portainer");
    expect(container).toMatchObject({
      ...{ memory: 256, memorySwap: 256, readOnly: true, privileged: false, capabilities: { drops: ["ALL"] } },
      ports: [{ internal: 9443, external: 9443, protocol: "tcp", ip: "172.20.0.10" }],
      networksAdvanced: [{ name: "portainer_net" }],
      healthcheck: { tests: expect.arrayContaining(["grep"]) },
    });
    const mounts = container?.mounts as { source: string; readOnly: boolean }[];
    expect(mounts).toContainEqual(expect.objectContaining({ source: "/var/run/docker.sock", readOnly: true }));
    expect(mounts.filter(({ readOnly }) => !readOnly).map(({ source }) => source)).toEqual(["dsmil-portainer-data"]);
    expect(JSON.stringify(container)).not.toContain("‹");
  }, 120_000);

  it("keeps to the policy pack, as the one service that may see the engine's socket", async () => {
    const model = loadManifestText(withPortainer(SERVICE));
    const resources = (await recordFleet(root, model)).map(({ type, name, inputs }) => ({ type, name, props: inputs }));
    expect(evaluate(resources, factsOf(model))).toEqual([]);
  }, 120_000);

  it("is refused on a network with others, and on none that is said", () => {
    for (const networks of ["networks: [public_api_net]", "networks: [dsmil_net]", ""]) {
      const service = SERVICE.replace("networks: [portainer_net]", networks).replace(", }", " }");
      expect(() => loadManifestText(withPortainer(service)), networks).toThrow(ManifestInvalid);
    }
  });
});
