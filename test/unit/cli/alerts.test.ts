import { describe, expect, it } from "vitest";
import { readAlerts } from "../../../infra/cli/alerts/read-alerts.ts";
import { operatorCertificate } from "../../../infra/cli/metrics/operator-certificate.ts";
import { prometheusData } from "../../../infra/cli/metrics/prometheus-data.ts";

const read = (body: unknown, status = 200) =>
  readAlerts(prometheusData({ status, body: typeof body === "string" ? body : JSON.stringify(body) }));
const alert = (alertname: string, severity: string, activeAt: string, state = "firing") => ({
  ...{ state, activeAt, value: "1e+00", annotations: { summary: `${alertname} here` } },
  labels: { alertname, severity, node: "node-c" },
});
const WATCHDOG = alert("Watchdog", "none", "2026-01-01T00:00:00Z");
const alerts = (...all: object[]) => ({ status: "success", data: { alerts: all } });

describe("what fires", () => {
  it("is shown most severe and oldest first, without what only waits and the watchdog", () => {
    const found = read(
      alerts(
        alert("B", "warning", "2026-01-01T00:00:00Z"),
        alert("D", "critical", "2026-01-01T00:00:02Z"),
        alert("C", "critical", "2026-01-01T00:00:01Z"),
        alert("E", "critical", "2026-01-01T00:00:00Z", "pending"),
        WATCHDOG,
      ),
    );
    expect(found.map(({ name }) => name)).toEqual(["C", "D", "B"]);
    expect(found[0]).toMatchObject({ severity: "critical", summary: "C here", labels: { node: "node-c" } });
  });

  it("is not known without the watchdog, with another code and for an answer that is none", () => {
    expect(() => read(alerts())).toThrow(/Watchdog does not fire/);
    expect(() => read("no", 503)).toThrow(/answers 503/);
    expect(() => read("{")).toThrow(/is no JSON/);
    expect(() => read({ status: "success", data: {} })).toThrow(/has no alerts/);
    expect(() => read({ status: "error", error: "too much" }, 422)).toThrow(/^too much/);
    expect(() => read("null")).toThrow(/is no JSON of its own/);
  });
});

describe("the operator's certificate", () => {
  it("is what the data stack handed over, or asked for", () => {
    const operator = { cert: "c", key: "k" };
    expect(operatorCertificate({ data: { monitoring: { operator } } as never })).toBe(operator);
    expect(() => operatorCertificate({ data: {} as never })).toThrow(/no certificate for operators/);
  });
});
