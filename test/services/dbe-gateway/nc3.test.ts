import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Nc3Status } from "../../../images/l9-nc3/src/status.ts";
import type { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { BUILD_MS } from "../policy/rig.ts";
import { until } from "../support/fabric.ts";
import { trailOf } from "./support/audit-database.ts";
import { newKey } from "./support/keys.ts";
import { L9Rig } from "./support/l9-rig.ts";

let rig: L9Rig;
beforeAll(async () => {
  rig = await L9Rig.start();
}, BUILD_MS);
afterAll(() => rig?.close(), 60_000);

interface Row {
  readonly id: string;
  readonly outcome: string;
  readonly actor: string;
  readonly detail: Readonly<Record<string, unknown>>;
}
const rows = async (): Promise<readonly Row[]> =>
  (await rig.soc.fabric.postgres.sql(
    "select id, actor, outcome, detail from dsmil_alpha.audit_log where action = 'nc3.query' order by id",
  )) as unknown as Row[];

const straight = async (query: Envelope): Promise<string> => (await rig.straight(query)).name;

describe("a query of two officers over the bus", () => {
  it("is recorded, and then answered with what the gate knows", async () => {
    const query = await rig.query();
    const answer = await rig.send(query);
    expect(answer).toMatchObject({ name: "L9_NC3_RESP", source: 61 });
    const status = JSON.parse(String(answer.payload)) as Nc3Status;
    const [row] = await rows();
    expect(status).toMatchObject({
      tenant_id: "ALPHA",
      query: "status",
      read_only: true,
      gate: { device: 61, node: "node-a", state: "answering", officers: 2 },
      emergency_stop: { stopped: false, since: null },
      queries: { hours: 24, granted: 1, refused: 0, last_refused_at: null },
      audit_id: row?.id,
    });
    const asked = JSON.parse(query.payload.toString()) as Record<string, string>;
    expect(row).toMatchObject({
      actor: "l9-nc3-alpha",
      outcome: "granted",
      detail: {
        messageId: query.messageId.toString("hex"),
        digest: query.tlvs.requestDigest?.toString("hex"),
        nonce: asked.nonce,
        expiresAt: asked.expires_at,
        signers: [{ person: "p0" }, { person: "p1" }],
      },
    });
    const trail = await trailOf(rig.soc.fabric.postgres, "node-a");
    expect(trail.filter(({ kind }) => kind === "dbe.protected").map(({ messageId }) => messageId)).toContain(
      row?.detail.messageId,
    );
  });

  it.each([
    ["an order", { body: { query: "launch" } }, "MALFORMED"],
    ["an expired time", { body: { expires_at: new Date(Date.now() - 1000).toISOString() } }, "STALE_TIMESTAMP"],
    ["a time too far ahead", { body: { expires_at: new Date(Date.now() + 600_000).toISOString() } }, "STALE_TIMESTAMP"],
  ])("is refused by the gate for %s, and recorded", async (_, changes, reason) => {
    const query = await rig.query(changes);
    expect(await rig.send(query)).toMatchObject({ reason });
    expect((await rows()).at(-1)).toMatchObject({
      outcome: "refused",
      detail: { reason, messageId: query.messageId.toString("hex") },
    });
  });

  it("is refused by the gateways already without a second officer", async () => {
    const before = (await rows()).length;
    const query = await rig.query({ tlvs: { signatureB: undefined } });
    expect(await rig.send(query)).toMatchObject({ reason: "MISSING_TWO_PERSON_SIGNATURES" });
    expect((await rows()).length).toBe(before);
  });
});

describe("the gate without a gateway in front of it", () => {
  const drills: readonly (readonly [what: string, reason: string, changes: Parameters<L9Rig["query"]>[0]])[] = [
    ["no ROE token", "INVALID_ROE_TOKEN", { tlvs: { roeTokenId: undefined } }],
    ["one signature", "MISSING_TWO_PERSON_SIGNATURES", { tlvs: { signatureA: undefined } }],
    ["no digest", "INVALID_TWO_PERSON_SIGNATURES", { tlvs: { requestDigest: undefined } }],
    ["strangers", "INVALID_TWO_PERSON_SIGNATURES", { signers: [newKey(), newKey()] }],
    ["another tenant", "TENANT_MISMATCH", { tlvs: { tenantId: "BRAVO" } }],
  ];

  it.each(drills)("refuses %s by itself", async (_, reason, changes) => {
    const query = await rig.query(changes);
    const tlvs = Object.fromEntries(Object.entries(query.tlvs).filter(([, value]) => value !== undefined));
    expect(await straight({ ...query, tlvs })).toBe(reason);
  });

  it("knows officers of its own: one that only the gateways know counts for nothing", async () => {
    const [one] = rig.soc.fleet.officers;
    rig.putOfficers("alpha", [one]);
    await until(async () => rig.gates.alpha.service.health.report().checks.officers === 1);
    expect(await rig.send(await rig.query())).toMatchObject({ reason: "INVALID_TWO_PERSON_SIGNATURES" });
    expect((await rows()).at(-1)).toMatchObject({ outcome: "refused" });
    rig.putOfficers("alpha");
    await until(async () => rig.gates.alpha.service.health.report().checks.officers === 2);
  });

  it("takes a nonce once, under another message id and after a restart too", async () => {
    const nonce = randomBytes(16).toString("hex");
    const first = await rig.query({ body: { nonce } });
    expect(await straight(first)).toBe("L9_NC3_RESP");
    expect(await straight(await rig.query({ body: { nonce } }))).toBe("REPLAY");
    // What the gateways and the inbox remember is gone with them; the same bytes are sent once more.
    await rig.gates.alpha.stop();
    rig.gates.alpha = await rig.startGate("alpha");
    await until(async () => rig.gates.alpha.service.health.report().checks.bus === "listening");
    expect(await straight(first)).toBe("REPLAY");
    expect(
      (await rows()).filter(({ detail, outcome }) => outcome === "granted" && detail.nonce === nonce),
    ).toHaveLength(1);
  });

  it("works on a message once: a copy gets the first one's answer", async () => {
    const [query, before] = [await rig.query(), (await rows()).length];
    expect([await straight(query), await straight(query)]).toEqual(["L9_NC3_RESP", "L9_NC3_RESP"]);
    expect((await rows()).length).toBe(before + 1);
  });

  it("lets one of many through that come at once with the same nonce, to two gates", async () => {
    const nonce = randomBytes(16).toString("hex");
    const queries = await Promise.all(Array.from({ length: 4 }, () => rig.query({ body: { nonce } })));
    const second = rig.gateLog("alpha");
    const others = Array.from({ length: 4 }, () =>
      second.log.grant("nc3.query", { nonce }, { after: async () => undefined }).then(
        () => "L9_NC3_RESP",
        ({ reason }: DbeError) => reason,
      ),
    );
    const answers = await Promise.all([...queries.map(straight), ...others]);
    expect(answers.toSorted()).toEqual(["L9_NC3_RESP", ...Array.from({ length: 7 }, () => "REPLAY")]);
    await second.end();
  });

  it("gives no answer where it cannot record", async () => {
    await rig.soc.fabric.postgres.sql("revoke insert on dsmil_alpha.audit_log from alpha_app");
    const denied = await rig.query();
    await rig.soc.fabric.postgres.sql(
      "revoke insert (tenant_id, actor, action, outcome, detail) on dsmil_alpha.audit_log from alpha_app",
    );
    expect(await straight(denied)).toBe("AUDIT_UNAVAILABLE");
    await rig.soc.fabric.postgres.sql(
      "grant insert (tenant_id, actor, action, outcome, detail) on dsmil_alpha.audit_log to alpha_app",
    );
    expect(await straight(await rig.query())).toBe("L9_NC3_RESP");
    await rig.soc.fabric.postgres.down("SIGQUIT");
    expect(await straight(await rig.query())).toBe("AUDIT_UNAVAILABLE");
    await until(async () => rig.gates.alpha.service.health.report().status === "degraded");
    await rig.soc.fabric.postgres.up();
    await until(async () => (await straight(await rig.query())) === "L9_NC3_RESP", 30_000);
  });

  it("leaves rows that nobody can change", async () => {
    const change = "update dsmil_alpha.audit_log set outcome = 'refused'";
    await expect(rig.soc.fabric.postgres.sql(change)).rejects.toThrow(/audit_log/);
  });

  it("counts what it did", async () => {
    const granted = (await rows()).filter(({ outcome }) => outcome === "granted").length;
    const answer = await rig.send(await rig.query(), "node-a");
    const { queries } = JSON.parse(String(answer.payload)) as Nc3Status;
    expect(queries.granted).toBe(granted + 1);
    expect(queries.refused).toBe((await rows()).filter(({ outcome }) => outcome === "refused").length);
    const metrics = await rig.gates.alpha.service.metrics.registry.metrics();
    expect(metrics).toMatch(/dsmil_requests_total\{[^}]*msg_type="L9_NC3"\} [1-9]/);
    expect(metrics).toMatch(/dsmil_errors_total\{[^}]*error_type="denied"\} [1-9]/);
  });
});
