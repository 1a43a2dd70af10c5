import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { REASONS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Signer } from "../../../images/runtime/pqc/signer.ts";
import type { Proposal } from "../../../images/runtime/soc/proposal.ts";
import { type Fabric, until } from "../support/fabric.ts";
import { trailOf } from "./support/audit-database.ts";
import type { TestFleet } from "./support/fleet.ts";
import { certificate, newKey } from "./support/keys.ts";
import { MemoryStore } from "./support/memory-store.ts";
import { API_KEYS, SocRig } from "./support/soc-rig.ts";

/** What is answered when something on the way is away: nobody knows whether a question that had left arrived. */
const AWAY = [
  [503, "DESTINATION_UNAVAILABLE"],
  [504, "TIMEOUT"],
];

let rig: SocRig;
let fleet: TestFleet;
let fabric: Fabric;
let events: SocRig["events"];
beforeAll(async () => {
  rig = await SocRig.start();
  ({ fleet, fabric, events } = rig);
}, 180_000);
afterAll(() => rig?.close(), 60_000);

describe("enrichment over the bus", () => {
  it("tells what the tenant knows of an event and of those with the same source", async () => {
    const [first = "", second = ""] = events.alpha;
    const { status, answer } = await rig.enrich("alpha", { event_id: first.toUpperCase() });
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      tenant_id: "ALPHA",
      indicator: { type: "ip", value: "203.0.113.7" },
      event_ids: [first, second],
      severity: "MEDIUM",
      classes: ["BRUTE_FORCE"],
      count: 2,
      related: [{ event_id: second, class: "BRUTE_FORCE", category: "AUTH" }],
      searched: { store: "hot_path" },
      proposals: [],
      proposals_reason: expect.any(String),
    });
    expect(answer.first_seen).toMatch(/^\d{4}-11-23T12:34:56\.000Z$/);
    expect(answer.last_seen).toBe(answer.first_seen);
  });

  it("finds users whatever their letters, keeps to the limit, and says when there is nothing", async () => {
    const user = await rig.enrich("alpha", { indicator: { type: "user", value: "ORACLE" } });
    expect(user.answer).toMatchObject({ count: 1, event_ids: [events.alpha[0]] });
    const limited = await rig.enrich("alpha", { indicator: { type: "ip", value: "203.0.113.7" }, limit: 1 });
    expect(limited.answer).toMatchObject({ count: 2, event_ids: [expect.any(String)], related: [{}] });
    const both = await rig.enrich("alpha", { event_id: events.alpha[2], indicator: { type: "user", value: "alpha" } });
    expect(both.answer).toMatchObject({ count: 2, event_ids: [events.alpha[2], events.alpha[1]] });
    const none = await rig.enrich("alpha", { indicator: { type: "domain", value: "203.0.113.7.example" } });
    const empty = { severity: null, first_seen: null, last_seen: null, classes: [], event_ids: [], related: [] };
    expect(none.answer).toMatchObject({ ...empty, count: 0, searched: { store: "archive" } });
  });

  it("asks the archive for what the hot path does not have", async () => {
    const before = await Promise.all(events.alpha.map((event_id) => rig.enrich("alpha", { event_id })));
    const store = (answer: Proposal): unknown => ({ ...answer, searched: null });
    await fabric.postgres.sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, raw)
      values ('${randomUUID()}', now(), now(), 's', 'WEB', 'HIGH', '{"fields":{"domain":"Old.Example","user":"x"}}')`);
    const old = await rig.enrich("alpha", { indicator: { type: "domain", value: "old.example" } });
    expect(old.answer).toMatchObject({ count: 1, severity: "HIGH", classes: [], searched: { store: "archive" } });
    await rig.analytics.alpha.stop();
    rmSync(`${fabric.dir}/hotpath`, { recursive: true });
    const folder = fleet.folder("node-a", "dsmil-l8-analytics-alpha");
    rig.analytics.alpha = await fabric.run("l8", { DBE_FOLDER: folder });
    await until(async () => rig.analytics.alpha.service.health.report().checks.bus === "listening");
    for (const [index, event_id] of events.alpha.entries()) {
      const { answer } = await rig.enrich("alpha", { event_id });
      if (answer.count > 1) expect(answer.searched?.store).toBe("archive");
      expect(store(answer)).toEqual(store(before[index]?.answer as Proposal));
    }
  });

  it("tells what is proposed for the events it lists, and nothing of what is proposed for others", async () => {
    const [event_id = "", other = ""] = events.alpha;
    for (const [id, about] of [
      ["00000000-0000-8000-8000-000000000001", event_id],
      ["00000000-0000-8000-8000-000000000002", randomUUID()],
    ]) {
      await fabric.postgres.sql(`insert into dsmil_alpha.proposals (proposal_id, ts, device, event_id, action, target, rationale,
        severity, channels, decision_writer, decision_seq, policy_version, status) values ('${id}', '2026-11-21T17:05:09.5Z', 58,
        '${about}', 'BLOCK_IP', 'ip:203.0.113.7', 'because', 'HIGH', '{email}', 'l8-soar-alpha', 1, 7, 'proposed')`);
    }
    const { answer } = await rig.enrich("alpha", { event_id, limit: 1 });
    expect(answer.proposals).toEqual([
      {
        ...{ proposal_id: "00000000-0000-8000-8000-000000000001", event_id, ts: "2026-11-21T17:05:09.500Z" },
        ...{ action: "BLOCK_IP", target: "ip:203.0.113.7", rationale: "because", status: "proposed" },
      },
    ]);
    expect(answer.proposals_reason).toBeNull();
    const without = await rig.enrich("alpha", { event_id: other, limit: 1 });
    expect(without.answer).toMatchObject({ proposals: [], proposals_reason: "nothing is proposed for these events" });
    expect((await rig.enrich("bravo", { event_id })).answer).toMatchObject({ proposals_reason: "no event was found" });
    await fabric.postgres.sql("truncate dsmil_alpha.proposals");
  });

  it("never shows a tenant the events of another", async () => {
    const [event_id = ""] = events.alpha;
    expect((await rig.enrich("bravo", { event_id })).answer).toMatchObject({
      tenant_id: "BRAVO",
      count: 0,
      event_ids: [],
    });
    const { answer } = await rig.enrich("bravo", { indicator: { type: "ip", value: "203.0.113.7" }, limit: 50 });
    expect(answer).toMatchObject({ tenant_id: "BRAVO", count: 2 });
    expect([...answer.event_ids].sort()).toEqual([...events.bravo.slice(0, 2)].sort());
    const other = await rig.enrich("bravo", { indicator: { type: "user", value: "alpha" } });
    expect(other.answer.count).toBe(0);
  });

  it("answers 504 or 503 while Postgres is away and it is needed, and the hot path goes on", async () => {
    await rig.enrich("bravo", { event_id: events.bravo[0] });
    await fabric.postgres.down("SIGQUIT");
    expect((await rig.enrich("bravo", { event_id: events.bravo[0] })).status).toBe(200);
    expect(AWAY).toContainEqual(await rig.codeOf("bravo", { event_id: randomUUID() }));
    await fabric.postgres.up();
    await until(async () => (await rig.enrich("bravo", { event_id: randomUUID() })).status === 200);
  });

  it("answers 503 without the tenant's seed, and to that tenant alone", async () => {
    rmSync(rig.tenantFile("alpha", "signing_seed"));
    await until(async () => rig.checks().signing_seeds === 1);
    expect(await rig.codeOf("alpha", { event_id: events.alpha[0] })).toEqual([503, "signing_seed_missing"]);
    expect((await rig.enrich("bravo", { event_id: events.bravo[0] })).status).toBe(200);
    const models = await rig.router.app.inject({
      url: "/v1/models",
      headers: { authorization: `Bearer ${API_KEYS.alpha}` },
    });
    expect(models.statusCode).toBe(200);
    rig.putSeed("alpha");
    await until(async () => (await rig.enrich("alpha", { event_id: events.alpha[0] })).status === 200);
  });

  it("answers 403 with INVALID_CLAIM_TOKEN when the seed is not the tenant's", async () => {
    rig.putSeed("alpha", newKey().seed);
    await until(async () => (await rig.enrich("alpha", { event_id: events.alpha[0] })).code === "INVALID_CLAIM_TOKEN");
    expect((await rig.enrich("alpha", { event_id: events.alpha[0] })).status).toBe(403);
    rig.putSeed("alpha");
    await until(async () => (await rig.enrich("alpha", { event_id: events.alpha[0] })).status === 200);
  });
});

describe("the router's health", () => {
  it("reaches HEALTH_EVENTS through each tenant's SOC router, at once when it changes", async () => {
    const statuses = async () => (await rig.reports()).map(({ status }) => status);
    const first = (await rig.reports())[0];
    expect(first).toMatchObject({ service: "l7-router", node: "node-b", device_id: 43, layer: 7 });
    expect(first?.checks).toMatchObject({ api_keys: 2, signing_seeds: 2 });
    await until(async () => (await statuses()).slice(-2).every((status) => status === "healthy"));
    const before = (await statuses()).length;
    const file = rig.tenantFile("bravo", "api_keys.json");
    const text = readFileSync(file, "utf8");
    fleet.write(file, "{");
    await until(async () => (await statuses()).slice(before).filter((status) => status === "degraded").length >= 2);
    fleet.write(file, text);
    await until(async () => (await statuses()).slice(-2).every((status) => status === "healthy"));
  });

  it("is taken of the device that speaks alone", async () => {
    const worker = await sendAs("dsmil-llm-worker", 47, { device_id: 43 });
    expect(worker).toBe("DEVICE_NOT_ALLOWED");
    expect(await sendAs("dsmil-llm-worker", 47, { device_id: 47 })).toBe("taken");
    expect(await sendAs("dsmil-llm-worker", 47, { device_id: 47, tenant_id: "BRAVO" })).toBe("TENANT_MISMATCH");
    expect(await sendAs("dsmil-llm-worker", 47, { device_id: 47, status: "fine" })).toBe("MALFORMED");
  });

  async function sendAs(container: string, device: number, changes: object): Promise<string> {
    const folder = fleet.addFolder("node-b", container, { device, tenants: "*" });
    await until(async () => readFileSync(`${folder}/identity.json`).length > 0);
    const report = { ...(await rig.reports())[0], service: "llm-worker", ...changes };
    const payload = Buffer.from(JSON.stringify(report));
    const message = { type: TYPES.HEALTH, tenant: "ALPHA", destination: 52, payload, deadlineMs: 5000 };
    return fleet
      .client("node-b", container)
      .send(message)
      .then(() => "taken")
      .catch((error: DbeError) => error.reason);
  }
});

describe("gateways that are killed", () => {
  it.each(["node-a", "node-b"] as const)(
    "the one of %s: questions wait for it, and the router's health tells",
    async (node) => {
      const event_id = events.alpha[0];
      // A machine that is busy may start the gateway too late for the deadline: then once more.
      await until(async () => {
        await rig.processes[node].end("SIGKILL");
        const asked = Promise.all(Array.from({ length: 8 }, () => rig.enrich("alpha", { event_id })));
        await rig.processes[node].up();
        return (await asked).every(({ status }) => status === 200);
      }, 60_000);
      await rig.processes[node].end("SIGKILL");
      expect(AWAY).toContainEqual(await rig.codeOf("alpha", { event_id }));
      await until(async () => rig.status() === "degraded");
      expect(rig.checks().bus).toMatch(node === "node-b" ? /^gateway away$/ : /^(ALPHA|BRAVO): [A-Z_]+$/);
      expect((await rig.router.app.inject({ url: "/healthz" })).statusCode).toBe(200);
      await rig.processes[node].up();
      await until(
        async () => rig.checks().bus === "reached" && (await rig.enrich("alpha", { event_id })).status === 200,
        30_000,
      );
    },
  );

  it("counted each message with its result", async () => {
    const { body } = await rig.router.app.inject({ url: "/metrics" });
    expect(body).toMatch(/dsmil_dbe_client_requests_total\{type="L8_SOC_EVENT_ENRICHMENT",result="ok"\} [1-9]/);
    expect(body).toMatch(
      /dsmil_dbe_client_requests_total\{type="L8_SOC_EVENT_ENRICHMENT",result="INVALID_CLAIM_TOKEN"\}/,
    );
    expect(body).toMatch(/dsmil_dbe_client_requests_total\{type="HEALTH",result="ok"\} [1-9]/);
  });
});

describe("a near gateway that was taken over", () => {
  const now = Date.now();
  const claims: readonly [string, (messageId: Buffer) => Promise<Buffer>][] = [
    ["forged", (messageId) => mint(newKey(), "ALPHA", messageId)],
    ["expired", (messageId) => mint(fleet.tenants.alpha, "ALPHA", messageId, now - 120_000)],
    ["another tenant's", (messageId) => mint(fleet.tenants.bravo, "BRAVO", messageId)],
    ["another message's", () => mint(fleet.tenants.alpha, "ALPHA", randomBytes(16))],
  ];
  const mint = (key: Signer, tenant: string, messageId: Buffer, at?: number): Promise<Buffer> =>
    mintClaim(key, { tenant, userId: "default", device: 43, messageId }, at);

  it("gets nothing from the far one with a claim that does not hold, but an audit row each", async () => {
    await rig.processes["node-b"].end("SIGTERM");
    const taken = await fleet.start("node-b", new MemoryStore());
    await until(async () => taken.links.stats()[0]?.state === "up");
    const invalid = async () =>
      (await trailOf(fabric.postgres, "node-a")).filter(({ reason }) => reason === "INVALID_CLAIM_TOKEN");
    const before = (await invalid()).length;
    for (const [what, claim] of claims) {
      const messageId = randomBytes(16);
      const message = { type: TYPES.L8_SOC_EVENT_ENRICHMENT, flags: 0, messageId, source: 43, destination: 52 };
      const tlvs = { tenantId: "ALPHA", claimToken: await claim(messageId), deadlineMs: 5000 };
      const payload = Buffer.from(JSON.stringify({ event_id: events.alpha[0] }));
      const answer = await taken.links.ask("node-a", { ...message, timestamp: Date.now(), tlvs, payload }, 5000);
      expect([what, answer.type, answer.tlvs.reason]).toEqual([what, TYPES.ERROR, REASONS.INVALID_CLAIM_TOKEN]);
    }
    await until(async () => (await invalid()).length === before + claims.length);
    expect((await invalid()).at(-1)).toMatchObject({ peer: "node-b", tenant: "ALPHA", source: 43, destination: 52 });
  });

  it("nor has the router an answer when only the near one believes its key", async () => {
    const thief = newKey();
    fleet.writeTenant("node-b", "alpha", { certificate: certificate(fleet.root, "tenant", "alpha", thief) });
    rig.putSeed("alpha", thief.seed);
    const invalid = async () =>
      (await trailOf(fabric.postgres, "node-a")).filter(
        ({ reason, type }) => reason === "INVALID_CLAIM_TOKEN" && type === TYPES.L8_SOC_EVENT_ENRICHMENT,
      ).length;
    const before = await invalid();
    await until(async () => {
      const code = await rig.codeOf("alpha", { event_id: events.alpha[0] });
      return code[1] === "INVALID_CLAIM_TOKEN" && (await invalid()) > before;
    });
    expect((await rig.enrich("bravo", { event_id: events.bravo[0] })).status).toBe(200);
  });
});
