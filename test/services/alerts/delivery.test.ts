import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { firingAlerts } from "../../../infra/cli/alerts/firing.ts";
import { AlertRig } from "./rig.ts";

const rig = new AlertRig();
beforeAll(() => rig.start(), 300_000);
afterAll(() => rig.stop());

const PATIENT = { timeout: 45_000, interval: 200 };
const firing = () => firingAlerts({ endpoint: rig.endpoint("prometheus"), client: rig.client });

describe("a tenant's service that is down", () => {
  it("is told to the fleet's receivers and to that tenant, and to no other", async () => {
    expect((await vi.waitFor(firing, PATIENT)).filter(({ name }) => name === "ServiceDown")).toEqual([]);
    rig.down("alpha");
    await vi.waitFor(() => expect(rig.alpha.heard("ServiceDown", "firing")).toBe(true), PATIENT);
    await vi.waitFor(() => expect(rig.ops.heard("ServiceDown", "firing")).toBe(true), PATIENT);
    const [told] = rig.alpha.told.filter(({ labels }) => labels.alertname === "ServiceDown");
    expect(told?.labels).toMatchObject({
      severity: "critical",
      tenant: "alpha",
      node: "node-a",
      layer: "L3",
      device: "18",
    });
    expect(told?.annotations).toMatchObject({
      summary: "dsmil-l3-router-alpha on node-a does not answer",
      runbook: "docs/alerts.md#servicedown",
    });
    // Its own receiver is told of nothing else than what is the tenant's.
    for (const { labels } of rig.alpha.told) expect(labels.tenant).toBe("alpha");
    expect(rig.bravo.told).toEqual([]);
  });

  it("comes with the operator's token to the fleet's receiver alone", () => {
    expect(new Set(rig.ops.told.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer hidden-ops-token"]),
    );
    expect(new Set(rig.alpha.told.map(({ authorization }) => authorization))).toEqual(new Set([undefined]));
  });

  it("is in an operator's mailbox, by a mail server that wants TLS and a password", async () => {
    await vi.waitFor(() => expect(rig.mail.mails.some(({ text }) => text.includes("ServiceDown"))).toBe(true), PATIENT);
    expect(rig.mail.mails.some(({ text }) => text.includes("alpha"))).toBe(true);
    expect(new Set(rig.mail.mails.map(({ to }) => to))).toEqual(new Set(["oncall@dsmil.example"]));
  });

  it("is among what `bin/dsmil alerts` shows", async () => {
    const down = (await firing()).filter(({ name }) => name === "ServiceDown");
    expect(down).toEqual([
      expect.objectContaining({
        severity: "critical",
        labels: expect.objectContaining({ tenant: "alpha", container: "dsmil-l3-router-alpha" }),
      }),
    ]);
  });

  it("is over for all who were told, once it answers again", async () => {
    await rig.up("alpha");
    await vi.waitFor(() => expect(rig.alpha.heard("ServiceDown", "resolved")).toBe(true), PATIENT);
    await vi.waitFor(() => expect(rig.ops.heard("ServiceDown", "resolved")).toBe(true), PATIENT);
    expect(rig.bravo.told).toEqual([]);
    expect((await firing()).filter(({ name }) => name === "ServiceDown")).toEqual([]);
  });
});

describe("the alertmanager", () => {
  it("lets nobody in without a certificate of the fleet", async () => {
    const path = "/api/v2/alerts";
    await expect(rig.ask("alertmanager", { method: "GET", path }, false)).rejects.toThrow();
    expect((await rig.ask("alertmanager", { method: "GET", path })).status).toBe(200);
  });

  it("takes other receivers without a restart", async () => {
    const [webhook] = rig.model.alerts.webhooks;
    if (webhook === undefined) throw new Error("no webhook");
    rig.configure({ ...rig.model, alerts: { webhooks: [{ ...webhook, layers: ["L9"] }] } });
    expect((await rig.ask("alertmanager", { method: "POST", path: "/-/reload" })).status).toBe(200);
    rig.down("bravo");
    await vi.waitFor(() => expect(rig.bravo.heard("ServiceDown", "firing")).toBe(true), PATIENT);
    expect(rig.ops.told.filter(({ labels }) => labels.tenant === "bravo")).toEqual([]);
    // That alpha is well again may still be told.
    expect(rig.mail.mails.filter(({ text }) => text.includes("bravo"))).toEqual([]);
    for (const { labels } of rig.alpha.told) expect(labels.tenant).toBe("alpha");
  });

  it("is not asked by a client that Prometheus does not know, and silence is no news", async () => {
    const { client } = rig;
    const endpoint = rig.endpoint("prometheus");
    await expect(firingAlerts({ endpoint, client: { cert: "", key: "" } })).rejects.toThrow(/Prometheus/);
    await expect(firingAlerts({ endpoint: { ...endpoint, port: 1 }, client })).rejects.toThrow(/does not answer/);
  });
});
