import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { loadModel } from "../../../infra/model/load.ts";
import type { AlertEmail, Model } from "../../../infra/model/types.ts";
import { alertmanagerAddress } from "../../../infra/render/alertmanager-address.ts";
import { renderAlertmanagerConf } from "../../../infra/render/alertmanager-conf.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "t-alertmanager-"));
const model = loadModel(resolve(import.meta.dirname, "../../../manifest.yaml"));
const both = ["critical", "warning"] as const;

const email: AlertEmail = {
  ...{
    smarthost: "mail.example:587",
    from: "dsmil@dsmil.example",
    to: ["a@b.example"],
    severities: ["critical"],
    layers: [],
  },
  ...{ username: "dsmil", passwordFile: "/etc/dsmil-alerts/mail.password" },
};
const notify = [
  { channel: "webhook", target: "https://alpha.example/x" },
  { channel: "email", target: "soc@alpha.example" },
] as const;
const full: Pick<Model, "alerts" | "tenants"> = {
  alerts: { webhooks: [{ id: "ops", url: "https://ops.example/x", severities: both, layers: ["L8", "L9"] }], email },
  tenants: model.tenants.map((tenant) => (tenant.id === "alpha" ? { ...tenant, notify } : tenant)),
};

beforeAll(() => ensurePackages(["prometheus-alertmanager"]), 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What amtool says of a configuration; it reads the files that it names. */
async function amtool(text: string, ...args: string[]): Promise<string> {
  const file = join(folder, "alertmanager.yml");
  writeFileSync(file, text);
  const { stdout } = await run(
    "amtool",
    args.length === 0 ? ["check-config", file] : [...args, `--config.file=${file}`],
  );
  return stdout;
}

/** Receivers of an alert with these labels, as the configuration routes it. */
async function toldOf(...labels: string[]): Promise<string[]> {
  const text = renderAlertmanagerConf(full, { access: folder });
  return (await amtool(text, "config", "routes", "test", ...labels)).trim().split(",");
}

describe("the alertmanager's configuration", () => {
  it("is one to Alertmanager, with nobody told and with all", async () => {
    expect(await amtool(renderAlertmanagerConf(model))).toContain("SUCCESS");
    expect(await amtool(renderAlertmanagerConf(full, { access: folder }))).toContain("5 receivers");
  });

  it("routes by severity, layer and tenant", async () => {
    expect(await toldOf("severity=critical", "layer=L8")).toEqual(["webhook-ops", "operators"]);
    expect(await toldOf("severity=warning", "layer=L9")).toEqual(["webhook-ops"]);
    expect(await toldOf("severity=critical", "layer=L3")).toEqual(["operators"]);
    expect(await toldOf("severity=warning", "tenant=alpha")).toEqual(["tenant-alpha-1", "tenant-alpha-2"]);
    expect(await toldOf("severity=critical", "tenant=bravo")).toEqual(["operators"]);
    expect(await toldOf("severity=warning", "tenant=alpha2")).toEqual(["nobody"]);
    expect(await toldOf("severity=none", "alertname=Watchdog")).toEqual(["nobody"]);
  });

  it("is not changed by a tenant that nobody is told of", () => {
    const [, bravo] = model.tenants;
    const more = bravo === undefined ? [] : [...model.tenants, { ...bravo, id: "charlie", prefix: "CHARLIE" }];
    expect(renderAlertmanagerConf({ ...model, tenants: more })).toBe(renderAlertmanagerConf(model));
  });

  it("tells no tenant by mail where there is no mail server", () => {
    const { receivers } = parse(renderAlertmanagerConf({ ...full, alerts: { webhooks: [] } })) as {
      receivers: { name: string }[];
    };
    expect(receivers.map(({ name }) => name)).toEqual(["nobody", "tenant-alpha-1"]);
  });

  it("is reached by Prometheus on the network that both are on", () => {
    const found = alertmanagerAddress(model);
    expect(found?.server).toBe("alertmanager.dsmil.local");
    expect(found?.address).toMatch(/^10\.212\.0\.\d+:9093$/);
    const networks = model.containers.find(({ service }) => service === "prometheus")?.networks.map(({ id }) => id);
    expect(networks).toEqual(["public_api_net"]);
  });
});
