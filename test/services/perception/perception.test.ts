import { createHash } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../../images/l7-perception/src/config.ts";
import { PerceptionService } from "../../../images/l7-perception/src/service.ts";
import { readConfig as readRouter } from "../../../images/l7-router/src/config.ts";
import { L7Service } from "../../../images/l7-router/src/service.ts";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { jpegOf, pictures } from "../../../models/data/pictures/samples.ts";
import { pngOf, wavOf } from "../../unit/perception/files.ts";
import { quiet, TestFleet } from "../dbe-gateway/support/fleet.ts";
import { MemoryStore } from "../dbe-gateway/support/memory-store.ts";
import { until } from "../support/fabric.ts";
import { ModelFleet } from "../support/model-fleet.ts";

const KEYS = { alpha: "sk-alpha-0123456789", bravo: "sk-bravo-9876543210" } as const;
const PROGRAM = new URL("../../../images/l7-perception/src/main.ts", import.meta.url);
const MODELS = ["l7-speech", "l7-vision"] as const;

let fleet: TestFleet;
let router: L7Service;
let service: PerceptionService;
const models = new ModelFleet();

beforeAll(async () => {
  fleet = await TestFleet.create();
  fleet.writeGatewayFile("node-b", { devices: { "43": "node-b", "45": "node-b", "48": "node-b" } });
  const own = fleet.addFolder("node-b", "dsmil-l7-perception", { device: 45, tenants: "*" });
  fleet.addFolder("node-b", "dsmil-l7-agent-alpha", { device: 48, tenants: ["ALPHA"] });
  const theirs = fleet.addFolder("node-b", "dsmil-l7-router", { device: 43, tenants: "*" });
  for (const tenant of ["alpha", "bravo"] as const) {
    const folder = `${fleet.dir}/tenants/${tenant}`;
    mkdirSync(folder, { recursive: true });
    const keys = [{ name: "default", sha256: createHash("sha256").update(KEYS[tenant]).digest("hex") }];
    fleet.write(`${folder}/api_keys.json`, JSON.stringify({ tenant: tenant.toUpperCase(), keys }));
    fleet.write(`${folder}/signing_seed`, `${fleet.tenants[tenant].seed}\n`, 0o400);
    chmodSync(`${folder}/signing_seed`, 0o400);
  }
  models.writeRoot(`${fleet.dir}/root.pub`);
  mkdirSync(`${fleet.dir}/models`);
  await fleet.start("node-b", new MemoryStore());
  const common = { NODE_ID: "node-b", HTTP_PORT: "0", LOG_LEVEL: "error", FLEET_ROOT_FILE: `${fleet.dir}/root.pub` };
  const settings = {
    ...common,
    MODELS_DIR: `${fleet.dir}/models`,
    MODELS_POLL_MS: "100",
    DBE_FOLDER: own,
    DECODE_MS: "30000",
  };
  service = new PerceptionService(readConfig(settings), quiet(), PROGRAM);
  await service.start();
  router = new L7Service(readRouter({ ...common, API_KEYS_DIR: `${fleet.dir}/tenants`, DBE_FOLDER: theirs }), quiet());
  await router.start();
  await until(async () => service.health.report().checks.bus === "listening", 30_000);
}, 170_000);
afterAll(async () => {
  await router?.stop();
  await service?.stop();
  await fleet?.close();
});

const post = async (payload: object, key: string = KEYS.alpha, headers = {}) => {
  const all = { authorization: `Bearer ${key}`, ...headers };
  const answer = await router.app.inject({ method: "POST", url: "/v1/vision/embeddings", headers: all, payload });
  return { status: answer.statusCode, body: answer.json() };
};
const codeOf = async (payload: object, key?: string, headers = {}): Promise<string> => {
  const { status, body } = await post(payload, key, headers);
  return `${status} ${body.error?.code}`;
};
const asked = (file: Buffer) => ({ model: "l7-vision", image: file.toString("base64") });
const client = () => {
  const { port } = router.app.server.address() as AddressInfo;
  return new OpenAI({ apiKey: KEYS.alpha, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
};
const silence = new File([Uint8Array.from(wavOf(new Float32Array(16_000), 16_000))], "silence.wav");

describe("vision and speech", () => {
  it("refuse everything while there is no model, and say so", async () => {
    const [{ picture } = { picture: undefined }] = pictures(1, 5, false);
    if (!picture) throw new Error("no picture");
    expect(await codeOf(asked(pngOf(picture)))).toBe("503 model_not_loaded");
    expect(service.health.report()).toMatchObject({ status: "degraded" });
    expect(service.health.report().checks.vision_model).toMatch(/^model not loaded: /);
  });

  it("take no model that is not what was signed, and then the one that is", async () => {
    models.writeVersion(`${fleet.dir}/models`, "l7-vision", "9.0.0", { facts: { sha384: "0".repeat(96) } });
    await until(async () => /9\.0\.0 refused/.test(String(service.health.report().checks.vision_model)), 30_000);
    models.write(`${fleet.dir}/models`, MODELS);
    await until(async () => /^l7-vision 1/.test(String(service.health.report().checks.vision_model)), 30_000);
    await until(async () => /^l7-speech 1/.test(String(service.health.report().checks.speech_model)), 30_000);
  });

  it("tell the kinds of pictures that were never trained on, PNG and JPEG", async () => {
    let right = 0;
    for (const [at, { picture, kind }] of [...pictures(14, 4711, false)].entries()) {
      const { status, body } = await post(asked(at % 2 ? pngOf(picture) : jpegOf(picture, 80)));
      expect(status).toBe(200);
      expect(body.data[0].embedding).toHaveLength(32);
      const length = Math.hypot(...(body.data[0].embedding as number[]));
      expect(Math.abs(length - 1)).toBeLessThan(1e-3);
      if (body.kind === (kind === "other" ? "unknown" : kind)) right += 1;
    }
    expect(right).toBeGreaterThanOrEqual(12);
  });

  it("refuse what is none, each with its code", async () => {
    expect(await codeOf({})).toBe("400 invalid_request");
    expect(await codeOf({ model: "l7-vision", image: "???" })).toBe("400 invalid_request");
    expect(await codeOf({ model: "gpt-4o", image: "aaaa" })).toBe("404 model_not_found");
    expect(await codeOf(asked(Buffer.from("GIF89a")))).toBe("400 image_format");
    expect(await codeOf(asked(pngOf({ width: 1, height: 1, rgb: new Uint8Array(3) })), "sk-nobody")).toBe(
      "401 invalid_api_key",
    );
    expect(await codeOf({}, KEYS.alpha, { "x-tenant-id": "BRAVO" })).toBe("403 tenant_mismatch");
  });

  it("answer the official client: an empty transcript for silence, a clear error for what is no WAV", async () => {
    const { transcriptions } = client().audio;
    expect((await transcriptions.create({ model: "l7-speech", file: silence })).text).toBe("");
    const verbose = await transcriptions.create({ model: "l7-speech", file: silence, response_format: "verbose_json" });
    expect(verbose).toMatchObject({ text: "", duration: 1, words: [] });
    const mp3 = new File(["ID3 this is no wav file"], "x.mp3");
    await expect(transcriptions.create({ model: "l7-speech", file: mp3 })).rejects.toMatchObject({
      status: 400,
      code: "audio_format",
    });
    await expect(transcriptions.create({ model: "whisper-1", file: silence })).rejects.toMatchObject({ status: 404 });
  });

  it("are not asked in another tenant's name", async () => {
    const bus = fleet.client("node-b", "dsmil-l7-router");
    const messageId = bus.newMessageId();
    const claim = { tenant: "ALPHA", userId: "x", device: 43, messageId };
    const claimToken = await mintClaim(signer(fleet.tenants.alpha.seed), claim);
    const message = { type: TYPES.L7_SERVICE_REQ, tenant: "BRAVO", destination: 45, messageId, deadlineMs: 5000 };
    const sent = bus.request({ ...message, payload: Buffer.from("{}"), tlvs: { claimToken } });
    await expect(sent).rejects.toMatchObject({ reason: "INVALID_CLAIM_TOKEN" });
  });

  it("are not asked by a container that is not the router", async () => {
    const bus = fleet.client("node-b", "dsmil-l7-agent-alpha");
    const picture = pngOf({ width: 1, height: 1, rgb: new Uint8Array(3) });
    const payload = Buffer.from(JSON.stringify({ vision: { image: picture.toString("base64") } }));
    const message = { type: TYPES.L7_SERVICE_REQ, tenant: "ALPHA", destination: 45, deadlineMs: 5000 };
    const sent = bus.request({ ...message, messageId: bus.newMessageId(), payload });
    await expect(sent).rejects.toMatchObject({ reason: "DEVICE_NOT_ALLOWED" });
  });
});
