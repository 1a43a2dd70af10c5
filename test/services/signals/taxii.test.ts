import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TaxiiFeed } from "../../../images/l8-signals/src/intel/feed-list.ts";
import { TaxiiCollection } from "../../../images/l8-signals/src/intel/taxii.ts";
import { makeCertificates } from "../support/certificates.ts";
import { TaxiiServer } from "./taxii-server.ts";

const never = new AbortController().signal;
let dir: string;
let access: string;
let server: TaxiiServer;
let feed: TaxiiFeed;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "dsmil-taxii-"));
  access = `${dir}/access`;
  mkdirSync(access);
  makeCertificates(dir);
});
beforeEach(async () => {
  server = new TaxiiServer(dir);
  const url = await server.start();
  feed = { id: "cert", kind: "taxii", url, everySeconds: 60, token: "token", ca: "ca.pem", confidence: 50 };
  writeFileSync(`${access}/token`, `${server.token}\n`);
  copyFileSync(`${dir}/ca.crt`, `${access}/ca.pem`);
});
afterEach(() => server.stop());
afterAll(() => rmSync(dir, { recursive: true }));

const indicator = (id: number, value: string, rest: object = {}) => ({
  ...{ type: "indicator", spec_version: "2.1", id: `indicator--${id}`, pattern_type: "stix" },
  ...{
    pattern: `[domain-name:value = '${value}']`,
    valid_from: "2026-01-01T00:00:00Z",
    modified: "2026-01-01T00:00:00Z",
    ...rest,
  },
});
const at = (second: number) => `2026-02-01T00:00:${String(second).padStart(2, "0")}.000001Z`;
const values = async (collection: TaxiiCollection) =>
  (await collection.poll(never)).indicators.map(({ value }) => value);

describe("a collection of a TAXII 2.1 server", () => {
  it("is read page by page, then only what was added; later versions, revoked and ended ones count", async () => {
    for (let n = 0; n < 5; n++) server.objects.push({ at: at(n), object: indicator(n, `d${n}.example`) });
    const collection = new TaxiiCollection(feed, access);
    expect(await values(collection)).toEqual(["d0.example", "d1.example", "d2.example", "d3.example", "d4.example"]);
    expect(server.asked).toHaveLength(3);
    expect(server.asked[0]?.search).toContain("match%5Btype%5D=indicator");
    const later = { modified: "2026-03-01T00:00:00Z" };
    server.objects.push(
      { at: at(10), object: indicator(0, "moved.example", later) },
      { at: at(11), object: indicator(1, "d1.example", { ...later, revoked: true }) },
      { at: at(12), object: indicator(2, "stale.example", { modified: "2025-01-01T00:00:00Z" }) },
      { at: at(13), object: indicator(3, "d3.example", { ...later, valid_until: "2026-03-02T00:00:00Z" }) },
    );
    expect((await values(collection)).sort()).toEqual(["d2.example", "d4.example", "moved.example"]);
    expect(server.asked[3]?.searchParams.get("added_after")).toBe(at(4));
    expect((await values(collection)).sort()).toEqual(["d2.example", "d4.example", "moved.example"]);
  });

  it("counts only when all of it was read", async () => {
    for (let n = 0; n < 3; n++) server.objects.push({ at: at(n), object: indicator(n, `d${n}.example`) });
    const collection = new TaxiiCollection(feed, access);
    server.failsAt = 2;
    await expect(collection.poll(never)).rejects.toThrow();
    server.failsAt = undefined;
    expect(await values(collection)).toHaveLength(3);
  });

  const envelope = { "content-type": "application/taxii+json;version=2.1" };
  let page = 0;
  it.each<readonly [string, (response: ServerResponse) => void, string]>([
    ["a status", (r) => r.writeHead(503).end(), "answers with status 503"],
    ["another form", (r) => r.writeHead(200, { "content-type": "text/html" }).end("hi"), "answers with text/html"],
    ["no envelope", (r) => r.writeHead(200, envelope).end("["), "no envelope"],
    ["more without where", (r) => r.writeHead(200, envelope).end('{"more":true}'), "and not where"],
    ["endless pages", (r) => r.writeHead(200, envelope).end(`{"more":true,"next":"${page++}"}`), "more than 200 pages"],
    ["too much", (r) => r.writeHead(200, envelope).end("x".repeat(9_000_000)), "an answer of more than"],
  ])(
    "is refused for %s",
    async (_name, instead, message) => {
      server.instead = instead;
      await expect(new TaxiiCollection(feed, access).poll(never)).rejects.toThrow(message);
    },
    60_000,
  );

  it("needs its token, and a server with a certificate of its authority", async () => {
    writeFileSync(`${access}/token`, "another\n");
    await expect(new TaxiiCollection(feed, access).poll(never)).rejects.toThrow("status 401");
    writeFileSync(`${access}/token`, "");
    await expect(new TaxiiCollection(feed, access).poll(never)).rejects.toThrow("its token token is missing or empty");
    writeFileSync(`${access}/token`, server.token);
    const { ca: _, ...publicOnly } = feed;
    await expect(new TaxiiCollection(publicOnly, access).poll(never)).rejects.toThrow(/certificate/);
    await expect(new TaxiiCollection({ ...feed, ca: "none.pem" }, access).poll(never)).rejects.toThrow(
      "its authority none.pem",
    );
  });
});
