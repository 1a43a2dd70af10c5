import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { roeTokenOf } from "../../../images/runtime/dbe/roe-token.ts";
import { signBundle, verifyBundle } from "../../../images/runtime/soc/bundle-signature.ts";
import type { ExportAnswer, ImportAnswer } from "../../../images/runtime/soc/coalition.ts";
import { BUILD_MS } from "../policy/rig.ts";
import { until } from "../support/fabric.ts";
import { newKey } from "./support/keys.ts";
import { L9Rig, life } from "./support/l9-rig.ts";
import type { Tenant } from "./support/soc-rig.ts";

const HOUR = 3_600_000;
const SHA256 = "ab".repeat(32);
const partnerKey = newKey();
const shares = ["ip", "domain", "hash"];
const PARTNERS = [
  { id: "example", shares, min_confidence: 0.8, marking: "TLP:AMBER", public_key: partnerKey.publicKey },
  { id: "addresses", shares: ["ip"], min_confidence: 0, marking: "TLP:CLEAR" },
];

let rig: L9Rig;
beforeAll(async () => {
  rig = await L9Rig.start();
  for (const tenant of ["alpha", "bravo"] as const) {
    rig.layPartners(tenant, PARTNERS);
    await until(async () => rig.coalition[tenant].service.health.report().checks.partners === 2);
  }
}, BUILD_MS);
afterAll(() => rig?.close(), 60_000);
beforeEach(() => rig.soc.fabric.postgres.sql("truncate dsmil_alpha.events"));

const sql = (text: string) => rig.soc.fabric.postgres.sql(text);
const exported = (tenant: Tenant, payload: object) =>
  rig.post<ExportAnswer>(tenant, "/v1/soc/coalition/export", payload);
const imported = (tenant: Tenant, payload: object) =>
  rig.post<ImportAnswer>(tenant, "/v1/soc/coalition/import", payload);
const example = { partner: "example", hours: 24 };

interface Archived {
  readonly hours?: number;
  readonly severity?: string;
  readonly class?: string;
  readonly confidence?: number;
}

/** Archives an event of alpha; one that is shared where nothing else is said. */
async function archive(fields: object, { hours = 1, severity = "HIGH", ...verdict }: Archived = {}): Promise<string> {
  const id = randomUUID();
  const ts = new Date(Date.now() - hours * HOUR).toISOString();
  const l4 = JSON.stringify({ class: "MALWARE_C2", confidence: 0.9, ...verdict });
  await sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, l4, raw)
    values ('${id}', '${ts}', '${ts}', 'gw7.dsmil.example', 'NETWORK', '${severity}', '${l4}',
      '${JSON.stringify({ line: "secret line of ada", fields })}')`);
  return id;
}

interface StixObject {
  readonly type: string;
  readonly id: string;
  readonly pattern?: string;
  readonly confidence?: number;
  readonly object_marking_refs?: readonly string[];
}

const objectsOf = ({ bundle }: ExportAnswer): readonly StixObject[] => JSON.parse(bundle ?? "{}").objects;
const patterns = (answer: ExportAnswer) => objectsOf(answer).flatMap(({ pattern }) => pattern ?? []);

/** A bundle of these patterns, and the partner's signature. */
async function theirs(given: readonly string[], key = partnerKey) {
  const common = { type: "indicator", spec_version: "2.1", pattern_type: "stix", valid_from: "2026-01-01T00:00:00Z" };
  const objects = given.map((pattern) => ({ ...common, id: `indicator--${randomUUID()}`, pattern }));
  const bundle = JSON.stringify({ type: "bundle", id: `bundle--${randomUUID()}`, objects });
  return { partner: "example", bundle, signature: { signature: await signBundle(Buffer.from(bundle), key) } };
}

describe("what a partner is told", () => {
  it("is what grave events name, marked and signed for anybody who has the fleet's root", async () => {
    const ids = [
      await archive({ src_ip: "10.0.0.7", dest_ip: "198.51.100.9", domain: "c2.bad.example", user: "ada" }),
      await archive({ src_ip: "203.0.113.7", user: "root" }, { hours: 3, confidence: 0.85, severity: "CRITICAL" }),
      await archive({ src_ip: "203.0.113.7" }, { hours: 2 }),
      await archive({ sha256: SHA256, ja3: "cd".repeat(16) }, { hours: 4 }),
    ];
    const { status, answer } = await exported("alpha", example);
    expect([status, answer.result, answer.policy?.version]).toEqual([200, "bundle", 1]);
    expect(patterns(answer)).toEqual([
      "[domain-name:value = 'c2.bad.example']",
      "[ipv4-addr:value = '198.51.100.9']",
      "[ipv4-addr:value = '203.0.113.7']",
      `[file:hashes.'SHA-256' = '${SHA256}']`,
    ]);
    expect(answer.counts).toEqual({ ip: 2, domain: 1, hash: 1, not_shareable: 0, left_out: 0 });
    const [definition, ...indicators] = objectsOf(answer);
    expect(definition?.id).toBe("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82");
    for (const one of indicators) expect(one.object_marking_refs).toEqual([definition?.id]);
    const text = answer.bundle ?? "";
    for (const secret of [...ids, "10.0.0.7", "ada", "root", "dsmil", "secret", "alpha", "ALPHA"]) {
      expect(text, secret).not.toContain(secret);
    }
    const { certificate, signature } = answer;
    const detached = JSON.stringify({ certificate, signature });
    const root = rig.soc.fleet.root.publicKey;
    expect(verifyBundle(Buffer.from(text), detached, root, Date.now()).subject).toBe("coalition-alpha");
    expect((await exported("alpha", example)).answer.bundle).toBe(text);
  });

  it("is nothing that is unsure, calm, benign, old, inside, the fleet's or perhaps the tenant's", async () => {
    await archive({ src_ip: "203.0.113.1" }, { confidence: 0.79 });
    await archive({ src_ip: "203.0.113.2" }, { severity: "MEDIUM" });
    await archive({ src_ip: "203.0.113.3" }, { class: "BENIGN" });
    await archive({ src_ip: "203.0.113.4" }, { hours: 25 });
    expect((await exported("alpha", example)).answer).toMatchObject({
      ...{ result: "insufficient_evidence", reasons: ["nothing_found"], bundle: null },
    });
    for (const src_ip of [
      "192.168.1.1",
      "100.64.0.1",
      "127.0.0.1",
      "169.254.0.1",
      "fd00::1",
      "ff02::1",
      "::ffff:10.1.1.1",
    ]) {
      await archive({ src_ip });
    }
    for (const domain of ["redis.dsmil.example", "printer.local", "localhost"]) await archive({ domain });
    await archive({ src_ip: "203.0.113.8", dest_ip: "198.51.100.1" });
    const { answer } = await exported("alpha", example);
    expect(answer).toMatchObject({ result: "insufficient_evidence", reasons: ["nothing_shareable"], bundle: null });
    expect(answer.counts).toMatchObject({ not_shareable: 11 });
  });

  it("is of the partner's kinds and marking alone, and never another tenant's", async () => {
    await archive({ src_ip: "203.0.113.7", domain: "bad.example", sha256: SHA256 }, { confidence: 0.1 });
    const { answer } = await exported("alpha", { partner: "addresses", hours: 168 });
    expect(patterns(answer)).toEqual(["[ipv4-addr:value = '203.0.113.7']"]);
    expect(answer.bundle).toContain("613f2e26-407d-48c7-9eca-b8e91df99dc9");
    const bravo = (await exported("bravo", { partner: "addresses", hours: 168 })).answer;
    expect(bravo).toMatchObject({ tenant_id: "BRAVO", result: "insufficient_evidence", bundle: null });
  });

  it("fits into what a partner takes back (size and time are printed)", async () => {
    await sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, l4, raw)
      select gen_random_uuid(), now() - make_interval(secs => i), now(), 's', 'NETWORK', 'HIGH',
        '{"class":"RECON","confidence":0.9}', json_build_object('fields', json_build_object('src_ip',
          '198.51.' || i / 250 || '.' || i % 250))::jsonb from generate_series(1, 2000) as i`);
    const begun = performance.now();
    const { status, answer } = await exported("alpha", { partner: "addresses", hours: 24 });
    expect([status, answer.result]).toEqual([200, "bundle"]);
    const { ip = 0, left_out = 0 } = answer.counts ?? {};
    expect(ip + left_out).toBe(2000);
    expect(ip).toBeGreaterThan(500);
    expect(patterns(answer)[0]).toBe("[ipv4-addr:value = '198.51.0.1']");
    const bytes = Buffer.byteLength(answer.bundle ?? "");
    expect(bytes).toBeLessThanOrEqual(256 * 1024);
    console.info(`${ip} of 2000 indicators, ${bytes} bytes, ${Math.round(performance.now() - begun)} ms`);
    const bundle = answer.bundle ?? "";
    const signature = { signature: await signBundle(Buffer.from(bundle), partnerKey) };
    const back = (await imported("alpha", { partner: "example", bundle, signature })).answer;
    expect(back).toMatchObject({ result: "sightings", counts: { indicators: ip, seen: ip } });
    expect(back.seen).toHaveLength(200);
  });
});

describe("a partner's bundle", () => {
  it("is answered with what the archive has of it, and nothing is kept", async () => {
    await archive({ src_ip: "10.0.0.7", dest_ip: "203.0.113.77" }, { severity: "LOW", class: "BENIGN" });
    await archive({ src_ip: "203.0.113.77", domain: "Bad.Example" }, { hours: 5 });
    const given = [
      "[ipv4-addr:value = '203.0.113.77'] OR [domain-name:value = 'bad.example']",
      "[ipv4-addr:value = '203.0.113.99']",
      "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
      "[user-account:user_id = 'ada']",
      "[ipv4-addr:value LIKE '203.%']",
    ];
    const before = await sql("select count(*) from dsmil_alpha.events");
    const { status, answer } = await imported("alpha", await theirs(given));
    expect([status, answer.result, answer.stored]).toEqual([200, "sightings", false]);
    expect(answer.seen.map(({ kind, value, count }) => [kind, value, count])).toEqual([
      ["ip", "203.0.113.77", 2],
      ["domain", "bad.example", 1],
    ]);
    const [ip] = answer.seen;
    expect(Date.parse(ip?.last_seen ?? "") - Date.parse(ip?.first_seen ?? "")).toBeCloseTo(4 * HOUR, -4);
    expect(answer.counts).toEqual({
      ...{ indicators: 3, seen: 2 },
      not_understood: { "operator LIKE": 1, network: 1, user: 1 },
    });
    expect(await sql("select count(*) from dsmil_alpha.events")).toEqual(before);
    expect((await imported("bravo", await theirs(given))).answer).toMatchObject({ tenant_id: "BRAVO", seen: [] });
  });

  it("is refused unless the partner's pinned key signed exactly it", async () => {
    const good = await theirs(["[ipv4-addr:value = '203.0.113.7']"]);
    const refused = async (body: object) => (await imported("alpha", body)).answer;
    const expected = (reason: string) => ({ result: "refused", reasons: [reason], seen: [], counts: null });
    expect(await refused({ ...good, bundle: good.bundle.replace("113.7", "113.8") })).toMatchObject(
      expected("invalid_signature"),
    );
    expect(await refused(await theirs(["[ipv4-addr:value = '203.0.113.7']"], newKey()))).toMatchObject(
      expected("invalid_signature"),
    );
    expect(await refused({ ...good, partner: "addresses" })).toMatchObject(expected("partner_has_no_key"));
    expect(await refused({ ...good, partner: "nobody" })).toMatchObject(expected("unknown_partner"));
    const bundle = JSON.stringify({ type: "bundle", objects: Array(2001).fill(1) });
    const signature = { signature: await signBundle(Buffer.from(bundle), partnerKey) };
    expect(await refused({ partner: "example", bundle, signature })).toMatchObject(expected("too_many_objects"));
    const text = { ...good, bundle: "[]", signature: { signature: await signBundle(Buffer.from("[]"), partnerKey) } };
    expect(await refused(text)).toMatchObject(expected("not_a_bundle"));
  });
});

it("a large archive and a full bundle are answered in time (the times are printed)", async () => {
  await sql(`insert into dsmil_alpha.events (event_id, ts, received_at, source, category, severity, l4, raw)
    select gen_random_uuid(), now() - make_interval(secs => i * 0.5), now(), 's', 'NETWORK',
      case when i % 10 = 0 then 'HIGH' else 'LOW' end,
      '{"class":"RECON","confidence":0.9}', json_build_object('fields', json_build_object('src_ip', '10.0.0.' || i % 250,
        'dest_ip', '198.' || i % 50 || '.' || i / 250 || '.' || i % 250, 'domain', 'h' || i || '.bad.example'))::jsonb
    from generate_series(1, 60000) as i`);
  const given = Array.from({ length: 950 }, (_, i) => `[domain-name:value = 'h${50 * i + 1}.bad.example']`);
  const begun = performance.now();
  const { answer } = await exported("alpha", { partner: "example", hours: 24 });
  const between = performance.now();
  expect(answer).toMatchObject({ result: "bundle", period: { whole: false } });
  const back = (await imported("alpha", await theirs(given))).answer;
  expect(back.counts).toMatchObject({ indicators: 950, seen: 950 });
  const took = [between - begun, performance.now() - between].map(Math.round);
  console.info(`export and import over 50,000 events: ${took.join(" and ")} ms`);
});

describe("a question to coalition intelligence", () => {
  it.each([
    ["export", "nothing", {}, 400],
    ["export", "too many hours", { partner: "example", hours: 169 }, 400],
    ["export", "no partner's id", { partner: "Example", hours: 1 }, 400],
    ["export", "another field", { partner: "example", hours: 1, limit: 5 }, 400],
    ["export", "too much", { partner: "x".repeat(2000), hours: 1 }, 413],
    ["import", "nothing", {}, 400],
    ["import", "no signature", { partner: "example", bundle: "{}", signature: { signature: "00" } }, 400],
    ["import", "a large bundle", { partner: "example", bundle: "x".repeat(300 * 1024), signature: {} }, 400],
    ["import", "too much", { partner: "example", bundle: "x".repeat(600 * 1024), signature: {} }, 413],
  ])("is checked: %s of %s", async (ask, _, body, status) => {
    expect((await rig.post("alpha", `/v1/soc/coalition/${ask}`, body)).status).toBe(status);
  });

  it("needs the device's ROE token, and is answered with the asker's", async () => {
    const payload = Buffer.from(JSON.stringify({ ask: "export", ...example }));
    const ask = (device: number) =>
      rig.soc.fleet
        .client("node-a", "dsmil-l8-analytics-alpha")
        .request({
          ...{ type: TYPES.L9_COA_REQ, tenant: "ALPHA", destination: 62, payload, deadlineMs: 5000 },
          tlvs: { roeTokenId: roeTokenOf(device) },
        })
        .catch((error: DbeError) => error.reason);
    expect(await ask(60)).toBe("INVALID_ROE_TOKEN");
    expect(await ask(62)).toMatchObject({ type: TYPES.L9_COA_RESP, tlvs: { roeTokenId: roeTokenOf(52) } });
  });

  it("is refused for who is no partner any more, without a new start", async () => {
    await archive({ src_ip: "203.0.113.7" });
    rig.layPartners("alpha", PARTNERS.slice(0, 1));
    await until(async () => rig.coalition.alpha.service.health.report().checks.partners === 1);
    const { answer } = await exported("alpha", { partner: "addresses", hours: 1 });
    expect(answer).toMatchObject({ result: "refused", reasons: ["unknown_partner"], bundle: null });
    expect((await exported("alpha", { partner: "example", hours: 2 })).answer.result).toBe("bundle");
  });

  it("is refused to a stopped tenant, and without a policy", async () => {
    await archive({ src_ip: "203.0.113.7" });
    const stop = await rig.order({ order: "stop", ...life(), reason: "drill" }, rig.soc.fleet.officers.slice(0, 1));
    expect((await rig.straight(stop)).name).toBe("L9_STOP_RESP");
    const { answer } = await exported("alpha", example);
    expect(answer).toMatchObject({ result: "refused", reasons: ["emergency_stop"], bundle: null, signature: null });
    rmSync(`${rig.policies.tenants}/bravo/bundle.json`);
    await until(async () => typeof rig.coalition.bravo.service.health.report().checks.policy === "string");
    const without = await exported("bravo", example);
    expect(without.answer).toMatchObject({ result: "refused", reasons: ["no_policy"], policy: null, bundle: null });
  });
});
