import { readFileSync } from "node:fs";
import { request } from "node:http";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { requestDigest } from "../../../images/runtime/dbe/claim/request-digest.ts";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import type { DbeClient } from "../../../images/runtime/dbe/local/client.ts";
import { PROTOCOL } from "../../../images/runtime/dbe/transport/protocol.ts";
import { until } from "../support/fabric.ts";
import type { TestFleet } from "./support/fleet.ts";
import { enrichment, event, type GatewayPair, reasonOf, refusedRows, startPair } from "./support/gateway-pair.ts";
import { signatureOf } from "./support/keys.ts";

let fleet: TestFleet;
let gateways: GatewayPair["gateways"];
let stores: GatewayPair["stores"];
let worker: DbeClient;
let router: DbeClient;
let got: Envelope[];

beforeAll(async () => {
  ({ fleet, gateways, stores, worker, router, got } = await startPair());
}, 60_000);
afterAll(() => fleet?.close());

describe("messages", () => {
  it("reach the service of their own tenant on another node and its answer comes back", async () => {
    const alpha = await worker.request(enrichment());
    expect([alpha.type, String(alpha.payload)]).toEqual([TYPES.L8_PROPOSAL, 'alpha:{"event":1}']);
    const bravo = await worker.request(enrichment({ tenant: "BRAVO" }));
    expect(String(bravo.payload)).toBe('bravo:{"event":1}');
    expect(got.at(-1)).toMatchObject({ source: 47, destination: 52, tlvs: { tenantId: "BRAVO" } });
  });

  it("of 1 MiB pass; one byte more is refused by the sender's own library", async () => {
    const most = await worker.request({ ...enrichment(), type: TYPES.ECHO_REQ, payload: Buffer.alloc(1024 * 1024, 7) });
    expect(most.payload.equals(Buffer.alloc(1024 * 1024, 7))).toBe(true);
    expect(await reasonOf(worker.request(enrichment({ payload: Buffer.alloc(1024 * 1024 + 1) })))).toBe("TOO_LARGE");
  });

  it("one way are accepted once the service has them", async () => {
    const before = got.length;
    await worker.send(enrichment());
    expect(got.length).toBe(before + 1);
  });

  it("between containers of one node need no link; a chat needs the tenant's claim", async () => {
    const messageId = router.newMessageId();
    const ask = { type: TYPES.L7_CHAT_REQ, tenant: "ALPHA", destination: 47, payload: event, messageId };
    expect(await reasonOf(router.request({ ...ask, messageId: router.newMessageId() }))).toBe("MISSING_CLAIM_TOKEN");
    const about = { tenant: "ALPHA", userId: "key:default", device: 43, messageId };
    const claimToken = await mintClaim(fleet.tenants.alpha, about);
    expect(await reasonOf(router.request({ ...ask, messageId: router.newMessageId(), tlvs: { claimToken } }))).toBe(
      "INVALID_CLAIM_TOKEN",
    );
    expect(String((await router.request({ ...ask, tlvs: { claimToken } })).payload)).toBe("hello");
    await until(async () => refusedRows(stores.b, "INVALID_CLAIM_TOKEN").length === 1);
    expect(refusedRows(stores.b, "MISSING_CLAIM_TOKEN")).toMatchObject([{ peer: "dsmil-l7-router", source: 43 }]);
  });
});

describe("refusals", () => {
  it("are given at the first hop, with one audit row each", async () => {
    const analytics = fleet.client("node-a", "dsmil-l8-analytics-alpha");
    const asBravo = enrichment({ type: TYPES.ECHO_REQ, destination: 47, tenant: "BRAVO" });
    expect(await reasonOf(analytics.request(asBravo))).toBe("TENANT_MISMATCH");
    expect(await reasonOf(worker.request(enrichment({ tenant: "CHARLIE" })))).toBe("UNKNOWN_TENANT");
    expect(await reasonOf(worker.request(enrichment({ destination: 99 })))).toBe("NO_ROUTE");
    expect(await reasonOf(worker.request(enrichment({ tlvs: { compartments: 0x80 } })))).toBe("COMPARTMENT_EXCEEDED");
    await until(async () => refusedRows(stores.a, "TENANT_MISMATCH").length === 1);
    expect(refusedRows(stores.a, "TENANT_MISMATCH")[0]).toMatchObject({
      ...{ node: "node-a", kind: "dbe.refused", tenant: "BRAVO", source: 52, destination: 47 },
      peer: "dsmil-l8-analytics-alpha",
    });
    await until(async () => refusedRows(stores.b, "COMPARTMENT_EXCEEDED").length === 1);
    for (const reason of ["UNKNOWN_TENANT", "NO_ROUTE"]) expect(refusedRows(stores.b, reason)).toHaveLength(1);
  });

  it("are given by the far node too, when the near one knows less", async () => {
    fleet.writeTenant("node-a", "bravo", { classification: "UNCLASSIFIED" });
    await until(async () => gateways.a.configuration.tenants.get("BRAVO")?.classification === 0);
    expect(await reasonOf(worker.request(enrichment({ tenant: "BRAVO", tlvs: { classification: 1 } })))).toBe(
      "CLASSIFICATION_EXCEEDED",
    );
    await until(async () => refusedRows(stores.a, "CLASSIFICATION_EXCEEDED").length === 1);
    expect(refusedRows(stores.a, "CLASSIFICATION_EXCEEDED")[0]).toMatchObject({ peer: "node-b", tenant: "BRAVO" });
    expect(refusedRows(stores.b, "CLASSIFICATION_EXCEEDED")).toEqual([]);
    fleet.writeTenant("node-a", "bravo");
  });

  it("of frames that are none name the container, and floods of them are summed", async () => {
    const rubbish = (): Promise<number> =>
      post(`${fleet.folder("node-b", "dsmil-llm-worker")}/gateway.sock`, "rubbish");
    for (let i = 0; i < 40; i++) expect(await rubbish()).toBe(200);
    await until(async () => refusedRows(stores.b, "MALFORMED").some(({ detail }) => /^\d+ more/.test(detail)));
    const rows = refusedRows(stores.b, "MALFORMED");
    const summed = rows.reduce((sum, { detail }) => sum + Number(/^(\d+) more/.exec(detail)?.[1] ?? 1), 0);
    expect(summed).toBe(40);
    expect(rows.length).toBeLessThan(15);
    expect(rows.every(({ peer }) => peer === "dsmil-llm-worker")).toBe(true);
  });

  it("answer a service that is not there, or not for the tenant, without a trace in the audit", async () => {
    const before = stores.a.rows.length;
    const asked = enrichment({ type: TYPES.ECHO_REQ, destination: 18 });
    expect(await reasonOf(worker.request(asked))).toBe("DESTINATION_UNAVAILABLE");
    fleet.addFolder("node-a", "dsmil-l3-router-alpha", { device: 18, tenants: ["ALPHA"] });
    await until(async () => gateways.a.configuration.folders.has("dsmil-l3-router-alpha"));
    expect(await reasonOf(worker.request(asked))).toBe("DESTINATION_UNAVAILABLE");
    expect(stores.a.rows.length).toBe(before);
    expect(await reasonOf(worker.request({ ...asked, tenant: "BRAVO" }))).toBe("TENANT_MISMATCH");
  });
});

describe("strangers", () => {
  const knock = (options: ConnectionOptions): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port: fleet.port("node-a"), host: "127.0.0.1", rejectUnauthorized: false, ...options });
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
    });
  const mine = (name: string): Buffer => readFileSync(fleet.path("node-b", `/certs/${name}`));
  const pq = { ecdhCurve: "SecP384r1MLKEM1024", ALPNProtocols: [PROTOCOL] };

  it.each<[string, () => ConnectionOptions, string]>([
    [
      "with a classical group only",
      () => ({ cert: mine("tls.crt"), key: mine("tls.key"), ecdhCurve: "P-384" }),
      "DOWNGRADE",
    ],
    ["with TLS 1.2", () => ({ cert: mine("tls.crt"), key: mine("tls.key"), maxVersion: "TLSv1.2" }), "DOWNGRADE"],
    ["without a certificate", () => pq, "UNKNOWN_PEER"],
  ])("%s get nothing but an audit row", async (_what, options, reason) => {
    const before = refusedRows(stores.a, reason).length;
    await knock(options());
    await until(async () => refusedRows(stores.a, reason).length === before + 1);
    expect(refusedRows(stores.a, reason).at(-1)).toMatchObject({
      kind: "dbe.refused",
      peer: "127.0.0.1",
      tenant: null,
    });
  });
});

describe("protected requests", () => {
  const query = async () => {
    const messageId = worker.newMessageId();
    const about = { type: TYPES.L9_NC3_QUERY, destination: 61, payload: event, messageId };
    const bare = { ...about, tlvs: { tenantId: "ALPHA" } } as Envelope;
    const [signatureA, signatureB] = await Promise.all(fleet.officers.map((key) => signatureOf(key, bare)));
    const tlvs = { roeTokenId: 0x8000 + 3 * 61, requestDigest: requestDigest(bare), signatureA, signatureB };
    return { ...about, tenant: "ALPHA", deadlineMs: 8000, tlvs };
  };

  it("pass with the token and two signatures, and are in both nodes' trails before they are answered", async () => {
    expect(String((await worker.request((await query()) as never)).payload)).toBe("status");
    for (const store of Object.values(stores)) {
      const rows = store.rows.filter(({ kind }) => kind === "dbe.protected");
      expect(rows).toMatchObject([{ tenant: "ALPHA", type: TYPES.L9_NC3_QUERY, source: 47, destination: 61 }]);
    }
  });

  it("were signed for one message id: under another one they are refused", async () => {
    const signed = await query();
    expect(await reasonOf(worker.request({ ...signed, messageId: worker.newMessageId() } as never))).toBe(
      "INVALID_TWO_PERSON_SIGNATURES",
    );
    expect(await reasonOf(worker.request(signed as never))).toBe("accepted");
  });

  it("are refused while a trail is away; others go on, and the refusals are in it later", async () => {
    const before = stores.a.rows.length;
    stores.a.fault = "away";
    // The first may have to find out.
    expect(await reasonOf(worker.request((await query()) as never))).toBe("AUDIT_UNAVAILABLE");
    expect(await reasonOf(worker.request((await query()) as never))).toBe("AUDIT_UNAVAILABLE");
    expect((await worker.request(enrichment())).type).toBe(TYPES.L8_PROPOSAL);
    expect(stores.a.rows.length).toBe(before);
    stores.a.fault = "none";
    await until(async () => refusedRows(stores.a, "AUDIT_UNAVAILABLE").length === 2);
    await until(async () => (await reasonOf(worker.request((await query()) as never))) === "accepted");
  });
});

describe("metrics", () => {
  it("have bounded labels and count what happened", async () => {
    const { body, statusCode } = await gateways.b.http.inject("/metrics");
    expect(statusCode).toBe(200);
    expect(body).toMatch(/dsmil_dbe_handshakes_total\{peer="node-a",result="ok"\} [1-9]/);
    expect(body).toMatch(/dsmil_dbe_messages_total\{type="L8_SOC_EVENT_ENRICHMENT",direction="link_out"\} [1-9]/);
    expect(body).toMatch(/dsmil_dbe_rejections_total\{reason="MALFORMED"\} 40\n/);
    expect(body).toMatch(/dsmil_dbe_hop_latency_seconds_count\{hop="link"\} [1-9]/);
    expect(body).toMatch(/dsmil_dbe_session_age_seconds\{peer="node-a"\} [0-9.]+\n/);
    expect(body).toMatch(/dsmil_dbe_audit_spool \d+\n/);
    for (const url of ["/healthz", "/health"]) expect((await gateways.b.http.inject(url)).statusCode).toBe(200);
    expect((await gateways.b.http.inject("/v1/show")).statusCode).toBe(404);
  });
});

function post(socketPath: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/dbe" };
    const sent = request({ socketPath, method: "POST", path: "/v1/messages", headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
