import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "../../infra/model/load.ts";
import type { Container } from "../../infra/model/types.ts";
import { type Answer, QdrantRig, soon, token } from "./qdrant-rig.ts";

const VECTORS = { vectors: { size: 2, distance: "Cosine" } };
const POINTS = { points: [{ id: 1, vector: [1, 0] }] };

describe("dsmil-qdrant: who may do what", () => {
  const qdrant = new QdrantRig(loadModel().containers.find((c) => c.service === "qdrant") as Container);
  const sign = (claims: object, header?: object): string => token(claims, qdrant.key, header);
  const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });
  const forAlpha = (access: string): object => ({ exp: soon(), access: [{ collection: "alpha_events", access }] });
  const list = (headers: Record<string, string>): Promise<Answer> => qdrant.ask("GET", "/collections", headers);

  beforeAll(async () => {
    await qdrant.start();
    for (const name of ["alpha_events", "bravo_events"]) await qdrant.admin("PUT", `/collections/${name}`, VECTORS);
    await qdrant.admin("PUT", "/collections/bravo_events/points?wait=true", POINTS);
  });
  afterAll(() => qdrant.dispose());

  const REFUSED: readonly (readonly [string, () => Record<string, string>, number, RegExp])[] = [
    ["nothing", () => ({}), 401, /^Must provide an API key or an Authorization bearer token$/],
    ["a wrong key", () => ({ "api-key": "wrong" }), 401, /^Invalid API key or JWT$/],
    ["an empty key", () => ({ "api-key": "" }), 401, /^Invalid API key or JWT$/],
    ["a key with another scheme", () => ({ authorization: `Basic ${qdrant.key}` }), 401, /^Must provide/],
    ["a token signed with another key", () => bearer(token(forAlpha("rw"), "x".repeat(32))), 403, /InvalidSignature/],
    ["an unsigned token", () => bearer(sign(forAlpha("rw"), { alg: "none" })), 401, /Invalid API key or JWT/],
    ["a token of another algorithm", () => bearer(sign(forAlpha("rw"), { alg: "HS512" })), 401, /Invalid/],
    ["an expired token", () => bearer(sign({ ...forAlpha("rw"), exp: soon() - 3600 })), 403, /ExpiredSignature/],
    ["a token that begins later", () => bearer(sign({ ...forAlpha("rw"), nbf: soon() })), 403, /Immature/],
    ["a token without exp", () => bearer(sign({ access: "m" })), 403, /no exp/],
    ["a token whose exp is text", () => bearer(sign({ exp: "9999999999", access: "m" })), 403, /no exp/],
    ["a token without access", () => bearer(sign({ exp: soon() })), 403, /no access/],
    ["a token with an empty access", () => bearer(sign({ exp: soon(), access: [] })), 403, /no access/],
    ["a token with an unknown access", () => bearer(sign({ exp: soon(), access: "rw" })), 403, /no access/],
    ["a token with an unknown level", () => bearer(sign(forAlpha("m"))), 403, /not understood/],
    [
      "a token with a payload filter",
      () => bearer(sign({ exp: soon(), access: [{ collection: "alpha_events", access: "r", payload: {} }] })),
      403,
      /not understood/,
    ],
    ["a token without a signature", () => bearer(sign(forAlpha("rw")).replace(/\.[^.]*$/, ".")), 403, /Signature/],
    ["rubbish in three parts", () => bearer("a.b.c"), 401, /Invalid/],
  ];

  it.each(REFUSED)("refuses %s", async (_, headers, status, text) => {
    const answer = await list(headers());
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });

  it("takes the key in either header", async () => {
    expect((await list({ "api-key": qdrant.key })).status).toBe(200);
    expect((await list(bearer(qdrant.key))).status).toBe(200);
  });

  it("says that it is alive to everybody, and nothing else", async () => {
    for (const path of ["/", "/healthz", "/readyz", "/livez"])
      expect((await qdrant.ask("GET", path, {})).status).toBe(200);
    expect((await qdrant.ask("GET", "/collections/alpha_events/exists", {})).status).toBe(401);
  });

  it("shows a token its own collections only", async () => {
    const shown = await list(bearer(sign(forAlpha("r"))));
    expect(shown.json.result).toEqual({ collections: [{ name: "alpha_events" }] });
  });

  describe.each(["r", "rw"])("a token for alpha_events: %s", (level) => {
    const act = (method: string, path: string, body?: unknown): Promise<Answer> =>
      qdrant.ask(method, path, { "api-key": sign(forAlpha(level)) }, body);

    it("reads and finds in it", async () => {
      expect((await act("GET", "/collections/alpha_events")).status).toBe(200);
      expect((await act("POST", "/collections/alpha_events/points/count", {})).status).toBe(200);
      expect((await act("POST", "/collections/alpha_events/points/query", { query: [1, 0] })).status).toBe(200);
    });

    it(level === "rw" ? "writes to it" : "does not write to it", async () => {
      const expected = level === "rw" ? 200 : 403;
      const index = { field_name: "x", field_schema: "keyword" };
      expect((await act("PUT", "/collections/alpha_events/points", POINTS)).status).toBe(expected);
      expect((await act("PUT", "/collections/alpha_events/index", index)).status).toBe(expected);
      expect((await act("POST", "/collections/alpha_events/points/delete", { points: [1] })).status).toBe(expected);
    });

    it("neither makes, changes nor deletes collections", async () => {
      for (const [method, body] of [
        ["PUT", VECTORS],
        ["PATCH", {}],
        ["DELETE", undefined],
      ] as const) {
        for (const name of ["alpha_events", "alpha_more", "bravo_events"]) {
          const answer = await act(method, `/collections/${name}`, body);
          expect(answer.status).toBe(403);
          expect(answer.json.status).toEqual({ error: "Forbidden: Global manage access is required" });
        }
      }
      expect(await qdrant.admin("GET", "/collections")).toMatchObject({ collections: [{}, {}] });
    });

    it("learns nothing of another's collection, nor whether one exists", async () => {
      const tries: readonly (readonly [string, string, unknown?])[] = [
        ["GET", ""],
        ["GET", "/exists"],
        ["GET", "/points/1"],
        ["POST", "/points", { ids: [1] }],
        ["POST", "/points/scroll", {}],
        ["POST", "/points/query", { query: [1, 0] }],
        ["POST", "/points/search", { vector: [1, 0], limit: 1 }],
        ["POST", "/points/count", {}],
        ["PUT", "/points", POINTS],
        ["POST", "/points/delete", { points: [1] }],
        ["POST", "/points/payload", { payload: { a: 1 }, points: [1] }],
        ["PUT", "/index", { field_name: "x", field_schema: "keyword" }],
        ["POST", "/snapshots"],
      ];
      for (const [method, rest, body] of tries) {
        const there = await act(method, `/collections/bravo_events${rest}`, body);
        const nowhere = await act(method, `/collections/charlie_events${rest}`, body);
        expect([there.status, nowhere.status], `${method} ${rest}`).toEqual([403, 403]);
        expect(there.json.status).toEqual({ error: "Forbidden: Access to collection bravo_events is required" });
      }
      expect(await qdrant.admin("POST", "/collections/bravo_events/points/count", {})).toEqual({ count: 1 });
    });
  });

  it("a token for everything, r, reads all and writes nothing", async () => {
    const headers = bearer(sign({ exp: soon(), access: "r" }));
    expect((await list(headers)).json.result).toMatchObject({ collections: [{}, {}] });
    expect((await qdrant.ask("POST", "/collections/bravo_events/points/count", headers, {})).status).toBe(200);
    expect((await qdrant.ask("PUT", "/collections/bravo_events/points", headers, POINTS)).status).toBe(403);
    expect((await qdrant.ask("DELETE", "/collections/bravo_events", headers)).status).toBe(403);
  });

  it("a token for everything, m, manages", async () => {
    const headers = bearer(sign({ exp: soon(), access: "m" }));
    expect((await qdrant.ask("PUT", "/collections/managed", headers, VECTORS)).status).toBe(200);
    expect((await qdrant.ask("DELETE", "/collections/managed", headers)).json.result).toBe(true);
  });

  it("a collection named twice has the narrower access", async () => {
    const access = ["rw", "r"].map((level) => ({ collection: "alpha_events", access: level }));
    const headers = bearer(sign({ exp: soon(), access }));
    expect((await qdrant.ask("PUT", "/collections/alpha_events/points", headers, POINTS)).status).toBe(403);
  });
});
