import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { checkManifestText } from "../../../infra/model/load-manifest.ts";
import { resolve as resolveModel } from "../../../infra/model/resolve.ts";
import type { Model } from "../../../infra/model/types.ts";

const OFF = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const ON = OFF.replace("loki: false", "loki: true");

function model(text: string): Model {
  const manifest = checkManifestText("manifest.yaml", text);
  if (Array.isArray(manifest)) throw new Error(manifest.map(({ message }) => message).join("\n"));
  return resolveModel(manifest);
}
function mistakes(text: string): string[] {
  const found = checkManifestText("manifest.yaml", text);
  return Array.isArray(found) ? found.map(({ path, message }) => `${path}: ${message}`) : [];
}
/** The manifest as it was before there was Loki in it. */
const before = OFF.replace(/^ {2}- \{ id: (logs_net|log-shipper|log-gate|loki),.*\n/gm, "");

describe("Loki by a switch of the manifest", () => {
  it("is off, and then the model has nothing of it: no service, no network, no volume, no file", () => {
    expect(model(OFF)).toEqual(model(before));
    expect(JSON.stringify(model(OFF))).not.toMatch(/log-shipper|log-gate|logs_net|dsmil-loki/);
  });

  it("adds a shipper a node, Loki and its gate, and changes nothing else", () => {
    const [off, on] = [model(OFF), model(ON)];
    const names = on.containers.map(({ name }) => name);
    const added = names.filter((name) => !off.containers.some((c) => c.name === name));
    const shippers = ["a", "b", "c"].map((node) => `dsmil-log-shipper-node-${node}`);
    expect(added).toEqual([...shippers, "dsmil-loki", "dsmil-log-gate"]);
    expect(on.containers.filter(({ name }) => !added.includes(name))).toEqual(off.containers);
    expect(on.networks.filter(({ id }) => id !== "logs_net")).toEqual(off.networks);
    expect(on.hosts).toEqual(off.hosts);
  });

  it("reaches Loki by its gate alone", () => {
    const { containers } = model(ON);
    const loki = containers.find(({ service }) => service === "loki");
    const gate = containers.find(({ service }) => service === "log-gate");
    expect(loki).toMatchObject({ publish: [], networks: [{ id: "logs_net", ipv4: "10.213.2.11" }] });
    expect(gate?.env).toMatchObject({ LOKI_URL: "http://10.213.2.11:3100", NODES: "node-a,node-b,node-c" });
    expect(gate?.publish).toEqual([{ internal: 3100, external: 3100, protocol: "tcp" }]);
    const shipper = containers.find(({ service }) => service === "log-shipper");
    expect(shipper).toMatchObject({ user: "0:0", env: { GATE_URL: "https://loki.dsmil.local:3100" } });
    expect(shipper?.mounts.filter(({ readOnly }) => !readOnly).map(({ target }) => target)).toEqual(["/positions"]);
    expect(containers.filter(({ networks }) => networks.some(({ id }) => id === "logs_net"))).toHaveLength(2);
  });

  it("keeps a tenant's lines for as long as its block says, else for as long as all", () => {
    const text = ON.replace("loki: true", "loki: true\n  retention: 36h").replace(
      "archive: 90d }",
      "archive: 90d, logs: 3d }",
    );
    const { logs, tenants } = model(text);
    expect(logs).toEqual({ loki: true, retentionHours: 36 });
    expect(tenants.map((t) => t.retentionLogsHours)).toEqual([72, 36]);
  });

  it.each([
    ["a retention of less than a day", "loki: true", "loki: true\n  retention: 12h", /logs.retention.*24h to 30d/],
    ["one of half hours", "loki: true", "loki: true\n  retention: 1530m", /no whole number of hours/],
    [
      "a tenant's of two months",
      "archive: 90d }",
      "archive: 90d, logs: 60d }",
      /tenants\[0\].retention.logs.*24h to 30d/,
    ],
    ["no gate", /.*id: log-gate,.*\n/, "", /logs.loki: no service is of image dsmil-log-gate/],
    ["no files to read", "logging: json-file", "logging: journald", /fleet.logging.*expected json-file/],
    ["Loki published", "port: 3100, networks", "port: 3100, publish: 3101, networks", /reads all tenants' lines/],
    [
      "somebody beside Loki",
      "memory: 512MiB, cpus: 1, port: 3100, networks: [logs_net]",
      "memory: 512MiB, cpus: 1, port: 3100, networks: [logs_net, dsmil_net]",
      /is on "dsmil_net", too/,
    ],
    [
      "a gate apart from Loki",
      "networks: [public_api_net, logs_net], needs: [loki]",
      "networks: [public_api_net], needs: [loki]",
      /a network with intercontainer that both are on/,
    ],
    ["a shipper that knows no gate", ", needs: [log-gate]", "", /expected needs: \[log-gate\]/],
  ])("refuses %s", (_, find, replace, message) => {
    expect(mistakes(ON.replace(find, replace)).join("\n")).toMatch(message);
  });
});
