import { describe, expect, it } from "vitest";
import {
  apiKeyPrefix,
  collectionsOf,
  containerName,
  HEALTH_STREAM,
  hotPathVolume,
  postgresRole,
  RESERVED_TENANT_IDS,
  redisKeysOf,
  redisUser,
  schemaOf,
  streamsOf,
  tokenIdBase,
  tokenText,
} from "../../../infra/model/names.ts";

/** Every key a tenant owns, by store; one that ends in `*` stands for all keys that begin so. */
function ownedBy(tenant: string): Record<string, string[]> {
  return {
    redisKeys: [redisKeysOf(tenant)],
    redisUsers: (["writer", "reader", "ingest"] as const).map((role) => redisUser(tenant, role)),
    schemas: [schemaOf(tenant)],
    roles: (["app", "reader", "owner"] as const).map((role) => postgresRole(tenant, role)),
    collections: [...collectionsOf(tenant), `${tenant}_*`],
    apiKeys: [`${apiKeyPrefix(tenant)}*`],
    volumes: [hotPathVolume("dsmil", tenant)],
    containers: ["l3-router", "l4-classifier", "l5-forecaster", "l8-analytics"].map((service) =>
      containerName("dsmil", service, tenant),
    ),
  };
}

/** Whether two keys, or families of keys, have a key in common. */
function meet(a: string, b: string): boolean {
  const [x, y] = [a.replace("*", ""), b.replace("*", "")];
  if (a.endsWith("*") && b.endsWith("*")) return x.startsWith(y) || y.startsWith(x);
  if (a.endsWith("*")) return y.startsWith(x);
  return b.endsWith("*") ? x.startsWith(y) : x === y;
}

function clashes(a: string, b: string): string[] {
  const [ownA, ownB] = [ownedBy(a), ownedBy(b)];
  return Object.keys(ownA).flatMap((store) =>
    (ownA[store] ?? []).flatMap((x) =>
      (ownB[store] ?? []).filter((y) => meet(x, y)).map((y) => `${store}: ${x} and ${y}`),
    ),
  );
}

/** Small deterministic generator, so that a failure can be seen again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe("tenants' names", () => {
  it.each([
    ["alpha", "alpha2"],
    ["al", "alpha"],
    ["a1", "a11"],
    ["app", "reader"],
    ["events", "knowledge"],
    ["writer", "alphawriter"],
    ["owner", "app"],
  ])("%s and %s share nothing", (a, b) => expect(clashes(a, b)).toEqual([]));

  it("share nothing whatever valid ids are given, also where one begins another", () => {
    const random = generator(7);
    const letters = "ab1";
    const id = (): string => {
      const tail = Array.from({ length: 1 + Math.floor(random() * 5) }, () => letters[Math.floor(random() * 3)] ?? "a");
      return `a${tail.join("")}`;
    };
    for (let i = 0; i < 3_000; i++) {
      const [a, b] = [id(), id()];
      if (a !== b) expect(clashes(a, b)).toEqual([]);
    }
  });

  it("would overlap with _ in an id, which is why it is refused", () => {
    expect(clashes("alpha", "alpha_2")).toContain("redisKeys: ALPHA_* and ALPHA_2_*");
  });

  it("reserve every id whose names the fleet already uses", () => {
    const fixed = {
      redisKeys: [HEALTH_STREAM],
      redisUsers: ["default", "dsmil_admin"],
      schemas: ["public", "information_schema", "pg_catalog"],
      roles: ["dsmil_admin", "postgres", "pg_*"],
    };
    for (const [store, keys] of Object.entries(fixed)) {
      for (const key of keys) {
        const id = key.split("_")[0]?.toLowerCase() ?? "";
        expect(RESERVED_TENANT_IDS, `${store}: ${key}`).toHaveProperty(id);
      }
    }
  });
});

describe("names", () => {
  it("of streams follow the data fabric", () => {
    expect(streamsOf("alpha")).toEqual({
      l3In: "ALPHA_L3_IN",
      l3Out: "ALPHA_L3_OUT",
      l4In: "ALPHA_L4_IN",
      l4Out: "ALPHA_L4_OUT",
      l5Out: "ALPHA_L5_OUT",
      l6Out: "ALPHA_L6_OUT",
      socEvents: "ALPHA_SOC_EVENTS",
      rejects: "ALPHA_REJECTS",
      proposals: "ALPHA_PROPOSALS",
    });
  });

  it.each([
    [14, "0x802A"],
    [22, "0x8042"],
    [43, "0x8081"],
    [52, "0x809C"],
    [62, "0x80BA"],
  ])("of device %i's token is %s", (device, token) => expect(tokenText(tokenIdBase(device))).toBe(token));
});
