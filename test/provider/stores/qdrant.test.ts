import { readdirSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { decodeJwt, type JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "../../../infra/provider/diff.ts";
import { UNKNOWN } from "../../../infra/provider/handler.ts";
import type {
  QdrantTenantCollectionsInputs as Inputs,
  QdrantTenantCollectionsState as State,
} from "../../../infra/provider/resources/qdrant-tenant-collections/args.ts";
import { qdrantTenantCollectionsOn } from "../../../infra/provider/resources/qdrant-tenant-collections/handler.ts";
import { isDue, lintClaims, mintToken } from "../../../infra/provider/resources/qdrant-tenant-collections/token.ts";
import { type Qdrant, qdrantStore } from "../../../infra/provider/stores/qdrant.ts";
import { recordedContext } from "../context.ts";
import { contractSuite } from "../contract.ts";
import { type LocalServer, startQdrant } from "./servers.ts";

let server: LocalServer;
const store = qdrantStore();
const handler = qdrantTenantCollectionsOn(store);
const context = () => recordedContext((node) => server.connect(node));
const admin = <T>(work: (client: Qdrant) => Promise<T>): Promise<T> => store.use(context(), "node-c", work);
const start = async (): Promise<void> => {
  server = await startQdrant();
};
const stop = async (): Promise<void> => {
  await store.close();
  await server.stop();
};

const inputsOf = (tenant: string): Inputs => ({
  node: "node-c",
  tenant,
  collections: ["events", "knowledge_base", "chat_history"].map((name) => ({
    name: `${tenant}_${name}`,
    size: 4,
    distance: "Cosine",
  })),
});
const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
const DAY = 86_400_000;

/** One request as a service sends it; the status and the answer's result. */
function ask(key: string, method: string, path: string, body?: object): Promise<{ status: number; result: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { "api-key": key, ...(body && { "content-type": "application/json" }) };
    const options = {
      host: "127.0.0.1",
      port: server.port,
      servername: "qdrant.dsmil.local",
      ca: server.ca,
      agent: false,
    };
    const sent = request({ ...options, method, path, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.on("end", () => {
        const json = text.startsWith("{") ? (JSON.parse(text) as { result?: unknown }) : {};
        resolve({ status: response.statusCode ?? 0, result: json.result });
      });
    });
    sent.on("error", reject);
    sent.end(body && JSON.stringify(body));
  });
}

const point = (id: number) => ({ points: [{ id, vector: [1, 0, 0, id], payload: { id } }] });
const put = async (key: string, collection: string, id = 1): Promise<number> =>
  (await ask(key, "PUT", `/collections/${collection}/points?wait=true`, point(id))).status;
const search = (key: string, collection: string) =>
  ask(key, "POST", `/collections/${collection}/points/search`, { vector: [1, 0, 0, 1], limit: 1 });
const collections = (): Promise<string[]> =>
  admin(async (client) => {
    const { collections: found } = (await client.call("GET", "/collections")) as { collections: { name: string }[] };
    return found.map(({ name }) => name).toSorted();
  });

async function works(inputs: Inputs, { token }: State): Promise<void> {
  for (const { name } of inputs.collections) {
    expect(await put(token, name)).toBe(200);
    expect(await search(token, name)).toMatchObject({ status: 200, result: [{ id: 1 }] });
    expect((await ask(token, "POST", `/collections/${name}/points/delete?wait=true`, { points: [1] })).status).toBe(
      200,
    );
  }
}

contractSuite<Inputs, State>({
  name: "QdrantTenantCollections",
  handler,
  connect: (node) => server.connect(node),
  setup: start,
  teardown: stop,
  // As an import lists them.
  inputs: () => ({ ...inputsOf("alpha"), collections: inputsOf("alpha").collections.toSorted(byName) }),
  changed: () => {
    const [events] = inputsOf("alpha").collections as [Inputs["collections"][number]];
    const notes = { name: "alpha_notes", size: 3, distance: "Dot" };
    return { ...inputsOf("alpha"), collections: [{ ...events, size: 4 }, notes], tokenTtlDays: 30 };
  },
  changedPaths: [
    'collections["alpha_chat_history"]',
    'collections["alpha_knowledge_base"]',
    'collections["alpha_notes"]',
    "tokenTtlDays",
  ],
  drifts: [
    {
      name: "a deleted collection",
      break: async () => void (await admin((c) => c.call("DELETE", "/collections/alpha_events"))),
      paths: ['collections["alpha_events"]'],
    },
    {
      name: "an empty collection of another shape",
      break: () =>
        admin(async (c) => {
          await c.call("DELETE", "/collections/alpha_events");
          await c.call("PUT", "/collections/alpha_events", { vectors: { size: 8, distance: "Dot" } });
        }),
      paths: ['collections["alpha_events"].size', 'collections["alpha_events"].distance'],
    },
    {
      name: "all collections gone",
      break: () =>
        admin(async (c) => {
          for (const { name } of inputsOf("alpha").collections) await c.call("DELETE", `/collections/${name}`);
        }),
    },
  ],
  fingerprint: async () => {
    const folder = join(server.dir, "data/collections");
    return readdirSync(folder).map((name) => [
      name,
      statSync(join(folder, name)).ino,
      statSync(join(folder, name)).birthtimeMs,
    ]);
  },
  gone: async () => (await collections()).length === 0,
  works: (inputs, state) => (inputs.collections.length === 3 ? works(inputs, state) : Promise.resolve()),
  importWithout: [],
});

describe("QdrantTenantCollections: isolation", () => {
  const state: Record<string, State> = {};
  beforeAll(async () => {
    await start();
    for (const tenant of ["alpha", "bravo"]) {
      state[tenant] = await handler.reconcile(inputsOf(tenant), undefined, context());
      await put(state[tenant].token, `${tenant}_events`);
    }
  }, 120_000);
  afterAll(stop);
  const alpha = (): string => (state.alpha as State).token;

  it.each([
    ["read another's points", "POST", "/collections/bravo_events/points/search", { vector: [1, 0, 0, 1], limit: 1 }],
    ["scroll another's points", "POST", "/collections/bravo_events/points/scroll", { limit: 1 }],
    ["count another's points", "POST", "/collections/bravo_events/points/count", {}],
    ["see another's collection", "GET", "/collections/bravo_events", undefined],
    ["write to another", "PUT", "/collections/bravo_events/points", point(2)],
    ["delete another's points", "POST", "/collections/bravo_events/points/delete", { points: [1] }],
    ["drop another's collection", "DELETE", "/collections/bravo_events", undefined],
    ["drop its own collection", "DELETE", "/collections/alpha_events", undefined],
    ["make a collection", "PUT", "/collections/alpha_more", { vectors: { size: 4, distance: "Dot" } }],
  ])("alpha's token may not %s", async (_what, method, path, body) => {
    expect((await ask(alpha(), method, path, body)).status).toBe(403);
  });

  it("lists only its own collections, and reads its own points", async () => {
    const { result } = await ask(alpha(), "GET", "/collections");
    const names = (result as { collections: { name: string }[] }).collections.map(({ name }) => name);
    expect(names.toSorted()).toEqual(
      inputsOf("alpha")
        .collections.map(({ name }) => name)
        .toSorted(),
    );
    expect(await search(alpha(), "alpha_events")).toMatchObject({ status: 200, result: [{ id: 1 }] });
  });

  it("carries exactly the tenant, its collections and an end", () => {
    const { exp, ...claims } = decodeJwt(alpha());
    expect(claims).toEqual({
      sub: "alpha",
      access: inputsOf("alpha").collections.map(({ name }) => ({ collection: name, access: "rw" })),
    });
    expect(new Date((exp as number) * 1000).toISOString()).toBe((state.alpha as State).tokenExpires);
    expect((exp as number) * 1000 - Date.now()).toBeGreaterThan(89.9 * DAY);
  });

  it("refuses to drop points, all or nothing, naming them", async () => {
    await expect(handler.remove("", state.alpha as State, context())).rejects.toThrow(
      /Qdrant on node-c: refused.*collection alpha_events \(1 points\).*allowDataLoss.*retain/,
    );
    expect(await collections()).toHaveLength(6);
    const bigger = inputsOf("alpha").collections.map((c) => ({ ...c, size: 8 }));
    await expect(
      handler.reconcile({ ...inputsOf("alpha"), collections: bigger }, state.alpha, context()),
    ).rejects.toThrow(/alpha_events \(1 points; it has Cosine, 4 dimensions, which cannot change in place\)/);
  });

  it("keeps what it is told to retain, and drops strangers too when data may go", async () => {
    await handler.remove("", { ...(state.alpha as State), retain: true }, context());
    expect(await collections()).toHaveLength(6);
    await admin((c) => c.call("PUT", "/collections/alpha_stranger", { vectors: { size: 4, distance: "Dot" } }));
    const ctx = context();
    expect(await handler.read("", state.alpha, ctx)).toEqual(state.alpha);
    expect(ctx.warnings).toEqual([expect.stringMatching(/alpha_stranger/)]);
    await handler.remove("", { ...(state.alpha as State), allowDataLoss: true }, context());
    expect(await collections()).toEqual(["bravo_chat_history", "bravo_events", "bravo_knowledge_base"]);
  });
});

describe("QdrantTenantCollections: token", () => {
  beforeAll(start, 120_000);
  afterAll(stop);

  it("is kept while it is good, and renewed in its last third", async () => {
    const inputs = inputsOf("alpha");
    const state = await handler.reconcile(inputs, undefined, context());
    expect(await handler.reconcile(inputs, state, context())).toEqual(state);
    expect(handler.plan?.(inputs, state)).toEqual({ token: state.token, tokenExpires: state.tokenExpires });
    const names = inputs.collections.map(({ name }) => name);
    const old = { ...state, ...(await mintToken(server.secret, "alpha", names, 90, Date.now() - 61 * DAY)) };
    expect(handler.diff?.(old, inputs).changed).toEqual(["tokenExpires"]);
    expect(handler.plan?.(inputs, old)).toEqual({});
    const renewed = await handler.reconcile(inputs, old, context());
    expect(renewed.token).not.toBe(old.token);
    expect(handler.diff?.(renewed, inputs).changed).toEqual([]);
    expect(isDue(await mintToken(server.secret, "alpha", names, 90, Date.now() - 59 * DAY), 90)).toBe(false);
  });

  it("covers new collections at once", async () => {
    const state = await handler.reconcile(inputsOf("alpha"), undefined, context());
    const inputs = { ...inputsOf("alpha"), collections: inputsOf("alpha").collections.slice(0, 2) };
    const fewer = await handler.reconcile(inputs, state, context());
    expect((decodeJwt(fewer.token).access as unknown[]).length).toBe(2);
    expect((await ask(fewer.token, "GET", "/collections/alpha_chat_history")).status).toBe(403);
  });

  it("is made anew when the server's key has changed", async () => {
    const state = await handler.reconcile(inputsOf("alpha"), undefined, context());
    const foreign = { ...state, ...(await mintToken("another-key-0123456789", "alpha", ["alpha_events"], 90)) };
    expect((await ask(foreign.token, "GET", "/collections/alpha_events")).status).toBe(403);
    const seen = await handler.read("", foreign, context());
    expect(seen).toMatchObject({ token: "" });
    expect(handler.diff?.(seen as State, inputsOf("alpha")).changed).toEqual(["tokenExpires"]);
    const good = await handler.reconcile(inputsOf("alpha"), seen, context());
    expect((await ask(good.token, "GET", "/collections/alpha_events")).status).toBe(200);
  });

  it("is never signed with claims that open more", () => {
    const now = Date.now();
    const exp = Math.floor(now / 1000) + 60;
    const access = [{ collection: "alpha_events", access: "rw" }];
    const lint = (claims: JWTPayload) => () => lintClaims(claims, "alpha", now, 90);
    expect(lint({ sub: "alpha", exp, access })).not.toThrow();
    expect(lint({ sub: "alpha", exp })).toThrow(/access must list/);
    expect(lint({ sub: "alpha", exp, access: [] })).toThrow(/access must list/);
    expect(lint({ sub: "alpha", exp, access: "m" })).toThrow(/access must list/);
    expect(lint({ sub: "alpha", access })).toThrow(/exp/);
    expect(lint({ sub: "alpha", exp: exp + 91 * 86_400, access })).toThrow(/exp/);
    expect(lint({ sub: "bravo", exp, access })).toThrow(/sub/);
    expect(lint({ sub: "alpha", exp, access: [{ collection: "bravo_events", access: "rw" }] })).toThrow(/bravo_events/);
    expect(lint({ sub: "alpha", exp, access: [{ collection: "alpha_*", access: "rw" }] })).toThrow(/access/);
    expect(lint({ sub: "alpha", exp, access: [{ ...access[0], payload: {} }] })).toThrow(/access/);
    expect(lint({ sub: "alpha", exp, access, value_exists: {} })).toThrow(/value_exists/);
  });

  it("takes over a new administrator's key after a refusal", async () => {
    const before = server.secret;
    writeFileSync(join(server.dir, "api_key"), "a-new-key-0123456789");
    await server.restart();
    await expect(handler.read("", { ...inputsOf("alpha"), token: "", tokenExpires: "" }, context())).rejects.toThrow(
      /Qdrant on node-c refuses the administrator's secret in \/etc\/dsmil\/admin\/qdrant_api_key: restart dsmil-qdrant/,
    );
    writeFileSync(join(server.dir, "api_key"), before);
    await server.restart();
    expect(await handler.read("node-c/qdrant/alpha", undefined, context())).toMatchObject({ tenant: "alpha" });
  });

  it("serves 20 tenants at flat cost", async () => {
    const times: number[] = [];
    const states: State[] = [];
    for (let i = 0; i < 20; i++) {
      const state = await handler.reconcile(inputsOf(`many${i}`), undefined, context());
      states.push(state);
      const runs: number[] = [];
      for (let n = 0; n < 5; n++) {
        const begin = performance.now();
        await handler.read("", state, context());
        runs.push(performance.now() - begin);
      }
      times.push(Math.min(...runs));
    }
    const median = (list: number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;
    const [first, last] = [median(times.slice(0, 5)), median(times.slice(-5))];
    console.log(`read: first tenants ${first.toFixed(1)} ms, last ${last.toFixed(1)} ms`);
    expect(last).toBeLessThan(30);
    expect(last).toBeLessThan(first * 2 + 10);
    await Promise.all(states.map((state) => handler.remove("", state, context())));
  }, 120_000);
});

describe("QdrantTenantCollections: check", () => {
  const reasons = (more: object): string =>
    handler
      .check({ ...inputsOf("alpha"), ...more })
      .map(({ property, reason }) => `${property}: ${reason}`)
      .join("\n");
  const one = { name: "alpha_x", size: 4, distance: "Cosine" };

  it.each([
    [/^tenant: /, { tenant: "A" }],
    [/^tokenTtlDays: /, { tokenTtlDays: 0 }],
    [/^collections: expected at least one/, { collections: [] }],
    [/^collections\[0\]\.name: "bravo_x" must begin/, { collections: [{ ...one, name: "bravo_x" }] }],
    [/^collections\[0\]\.size: /, { collections: [{ ...one, size: 0 }] }],
    [/^collections\[0\]\.distance: /, { collections: [{ ...one, distance: "cosine" }] }],
    [/^collections\[1\]\.name: .*twice/, { collections: [one, one] }],
  ])("names the property: %s", (reason, more) => {
    expect(reasons(more)).toMatch(reason);
  });
  it("lets unknown values pass, and compares by name", () => {
    expect(reasons({ collections: UNKNOWN, tenant: UNKNOWN, node: UNKNOWN })).toBe("");
    expect(compare({ collections: [one] }, { collections: [{ ...one, size: 5 }] }, [], []).changed).toEqual([
      'collections["alpha_x"].size',
    ]);
  });
});
