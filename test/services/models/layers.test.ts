import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BIN_MS } from "../../../images/runtime/models/features/series-features.ts";
import { Fabric, type Running, until } from "../support/fabric.ts";
import { mixedLines } from "../support/lines.ts";

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start();
}, 60_000);
afterEach(() => fabric.reset());
afterAll(() => fabric.stopAll());

const model = ({ service }: Running): unknown => service.health.report().checks.model;
const get = async ({ port }: Running, path: string) =>
  JSON.parse(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
const events = async (stream: string) =>
  (await fabric.admin.xrange(`ALPHA_${stream}`, "-", "+")).map(([, [, text]]) => JSON.parse(text ?? ""));

describe("Layers 3 and 4", () => {
  it("decide by their models, and say which", async () => {
    const [l3, l4] = [await fabric.run("l3"), await fabric.run("l4")];
    expect([model(l3), model(l4)]).toEqual(["l3-sensor-fusion 6.0.0", "l4-threat-classifier 6.0.0"]);
    await fabric.send(mixedLines(100));
    await until(async () => (await fabric.admin.xlen("ALPHA_L4_OUT")) === 100);
    const out = await events("L4_OUT");
    for (const { l3, l4 } of out) {
      expect(l3).toMatchObject({ decision: /./, model: { name: "l3-sensor-fusion", version: "6.0.0" } });
      expect(l4.model).toEqual({ name: "l4-threat-classifier", version: "6.0.0" });
    }
    const beacon = out.find(({ payload }) => payload.fields.signature?.includes("Cobalt"));
    expect(beacon).toMatchObject({ severity: "CRITICAL", l3: { decision: "ALERT" }, l4: { class: "MALWARE_C2" } });
    expect(beacon.l3.rules).toContain("ids_severity_1");
    expect(beacon.l4.evidence).toContain("sig_malware");
  });

  it("decide by their rules while there is no model, are degraded by that, and take it up when it comes", async () => {
    const at = { MODELS_DIR: join(fabric.dir, "none") };
    const [l3, l4] = [await fabric.run("l3", at), await fabric.run("l4", at)];
    await until(async () => l3.service.health.report().status === "degraded");
    expect(String(model(l3))).toMatch(/^model not loaded: no version in /);
    await fabric.send(mixedLines(50));
    await until(async () => (await fabric.admin.xlen("ALPHA_L4_OUT")) === 50);
    for (const event of await events("L4_OUT")) {
      expect(event.l3.model).toBeUndefined();
      expect(event.l4.model).toBeUndefined();
    }
    const metrics = await (await fetch(`http://127.0.0.1:${l3.port}/metrics`)).text();
    expect(metrics).toMatch(/^dsmil_model_fallback_total 50$/m);
    fabric.models.write(at.MODELS_DIR);
    await until(async () => model(l3) === "l3-sensor-fusion 6.0.0" && model(l4) === "l4-threat-classifier 6.0.0");
    await fabric.send(mixedLines(10));
    await until(async () => (await fabric.admin.xlen("ALPHA_L4_OUT")) === 60);
    expect((await events("L4_OUT")).at(-1)?.l4.model.version).toBe("6.0.0");
    rmSync(at.MODELS_DIR, { recursive: true });
  });

  it("refuse a tampered newer model under load, and go on with the one they have", async () => {
    const l3 = await fabric.run("l3");
    const folder = `${fabric.dir}/models`;
    const at = fabric.models.writeVersion(folder, "l3-sensor-fusion", "6.0.1");
    const content = readFileSync(join(at, "model.onnx"));
    content[1000] = (content[1000] ?? 0) ^ 4;
    writeFileSync(join(at, "model.onnx"), content);
    await fabric.send(mixedLines(500));
    await until(async () => String(model(l3)).includes("6.0.1 refused: model.onnx is not the file"));
    await until(async () => (await fabric.admin.xlen("ALPHA_L3_OUT")) === 500);
    expect((await events("L3_OUT")).every((event) => event.l3.model.version === "6.0.0")).toBe(true);
    rmSync(at, { recursive: true });
    await until(async () => model(l3) === "l3-sensor-fusion 6.0.0");
  });
});

/** Puts an event on L4_OUT as if it had come `minutes` ago. */
async function past(minutes: number, index: number, change: object): Promise<void> {
  const at = Date.now() - minutes * 60_000;
  const event = {
    event_id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
    tenant_id: "ALPHA",
    ts: new Date(at).toISOString(),
    source_device: 25,
    source_layer: 4,
    category: "IDS",
    severity: "INFO",
    payload: { fields: {} },
    l3: { score: 0.02, decision: "PASS", rules: [] },
    l4: { class: "BENIGN", confidence: 0.9, evidence: [], alternatives: [] },
    ...change,
  };
  await fabric.admin.xadd("ALPHA_L4_OUT", `${Math.round(at)}-${index}`, "event", JSON.stringify(event));
}

describe("Layer 5", () => {
  it("forecasts the next hour from the stream's past, on L5_OUT and by HTTP", async () => {
    // Three hours, ten events in five minutes.
    for (let index = 0; index < 360; index++) await past(180 - index / 2, index, {});
    const l5 = await fabric.run("l5", { FORECAST_INTERVAL_MS: "100" });
    await until(async () => (await fabric.admin.xlen("ALPHA_L5_OUT")) > 0);
    const { forecasts, source_device } = (await events("L5_OUT"))[0];
    expect(source_device).toBe(33);
    expect(forecasts.map(({ signal, device }: { signal: string; device: number }) => [signal, device])).toEqual([
      ["events", 33],
      ["threats", 34],
      ["grave", 35],
    ]);
    const [all, threats] = forecasts;
    expect(all.steps).toHaveLength(12);
    expect(Date.parse(all.steps[0].from) % BIN_MS).toBe(0);
    for (const { expected, low, high } of all.steps) {
      expect(low).toBeLessThanOrEqual(expected);
      expect(high).toBeGreaterThanOrEqual(expected);
      expect(expected).toBeGreaterThan(5);
      expect(expected).toBeLessThan(20);
    }
    expect(threats.steps[11].expected).toBeLessThan(1);
    expect((await get(l5, "/v1/forecasts")).forecasts).toHaveLength(3);
  });

  it("makes no forecast without a model or without two hours of past", async () => {
    for (let index = 0; index < 30; index++) await past(30 - index, index, {});
    const young = await fabric.run("l5", { FORECAST_INTERVAL_MS: "100" });
    const bare = await fabric.run("l5", { FORECAST_INTERVAL_MS: "100", MODELS_DIR: join(fabric.dir, "none") });
    await until(async () => bare.service.health.report().status === "degraded");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([(await get(young, "/v1/forecasts")).forecasts, (await get(bare, "/v1/forecasts")).forecasts]).toEqual([
      [],
      [],
    ]);
    expect(await fabric.admin.xlen("ALPHA_L5_OUT")).toBe(0);
  });
});

const seen = (name: string, src_ip: string, severity: string, score: number) => ({
  severity,
  payload: { fields: { src_ip, dest_ip: "10.0.0.5" } },
  l3: { score, decision: "REVIEW", rules: [] },
  l4: { class: name, confidence: 0.9, evidence: [], alternatives: [] },
});

describe("Layer 6", () => {
  it("ranks who climbs towards an incident above who only knocks, and plans scenarios", async () => {
    const climbing = (minute: number) => {
      if (minute > 25) return seen("RECON", "203.0.113.9", "MEDIUM", 0.5);
      return minute > 8
        ? seen("BRUTE_FORCE", "203.0.113.9", "MEDIUM", 0.6)
        : seen("EXPLOIT", "203.0.113.9", "HIGH", 0.8);
    };
    for (let index = 0; index < 80; index++) {
      const minute = 40 - index / 2;
      await past(minute, 2 * index, climbing(minute));
      await past(minute, 2 * index + 1, seen("BENIGN", "10.0.0.7", "INFO", 0.02));
    }
    const l6 = await fabric.run("l6", { RISK_INTERVAL_MS: "100" });
    await until(async () => (await fabric.admin.xlen("ALPHA_L6_OUT")) > 0);
    const { risk, source_device } = (await events("L6_OUT"))[0];
    expect(source_device).toBe(37);
    expect(risk.entities_assessed).toBe(2);
    expect(risk.entities.map(({ entity }: { entity: string }) => entity)).toEqual(["ip:203.0.113.9"]);
    const [first] = risk.entities;
    expect(first.probability).toBeGreaterThan(0.15);
    expect(first.scenarios.map(({ device }: { device: number }) => device)).toEqual([38, 39, 40, 41, 42]);
    expect(risk.model).toEqual({ name: "l6-risk", version: "6.0.0" });
    expect((await get(l6, "/v1/risks")).risk.entities).toHaveLength(1);
  });

  it("assesses what is asked, refuses what is no question, and knows nothing without a model", async () => {
    const l6 = await fabric.run("l6");
    const bare = await fabric.run("l6", { MODELS_DIR: join(fabric.dir, "none") });
    const post = async ({ port }: Running, body: unknown) => {
      const headers = { "content-type": "application/json" };
      const url = `http://127.0.0.1:${port}/v1/assess`;
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    };
    const scan = (minutes_ago: number) => ({ class: "RECON", minutes_ago, severity: "MEDIUM", score: 0.5 });
    const quiet = await post(l6, { events: [scan(50)] });
    expect(quiet).toMatchObject({ status: 200, body: { level: "LOW", model: { name: "l6-risk" } } });
    for (const body of [
      {},
      { events: [] },
      { events: Array.from({ length: 201 }, () => scan(1)) },
      { events: [scan(61)] },
      { events: [{ ...scan(1), class: "a b" }] },
      { events: [{ ...scan(1), severity: "BAD" }] },
      { events: [scan(1)], unusual: 2 },
      { events: [null] },
    ]) {
      expect((await post(l6, body)).status, JSON.stringify(body).slice(0, 60)).toBe(400);
    }
    expect(await post(bare, { events: [scan(1)] })).toEqual({ status: 503, body: { error: "model not loaded" } });
  });
});
