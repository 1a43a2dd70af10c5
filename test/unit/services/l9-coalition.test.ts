import { describe, expect, it } from "vitest";
import { readPartners } from "../../../images/l9-coalition/src/partners.ts";
import { readBundle } from "../../../images/l9-coalition/src/read-bundle.ts";
import { sharedAddress, sharedDomain, sharedHash } from "../../../images/l9-coalition/src/shareable.ts";
import { sharedSightings } from "../../../images/l9-coalition/src/shared-sightings.ts";
import { MARKINGS, type SharedSighting, stixBundle } from "../../../images/l9-coalition/src/stix-bundle.ts";
import { parseStix } from "../../../images/runtime/intel/stix.ts";
import {
  coalitionSigner,
  isSignedBundle,
  signBundle,
  verifyBundle,
} from "../../../images/runtime/soc/bundle-signature.ts";
import { parseCoalitionQuestion, parseExport, parseImport } from "../../../images/runtime/soc/coalition.ts";
import type { Tenant } from "../../../infra/model/types.ts";
import { renderPartners } from "../../../infra/render/partners.ts";
import { certificate, newKey } from "../../services/dbe-gateway/support/keys.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 30, 8, minute)).toISOString();
const sighting = (changes: Partial<SharedSighting> = {}): SharedSighting => ({
  ...{ kind: "ip", value: "203.0.113.7", first: at(0), last: at(5), confidence: 0.9 },
  ...changes,
});

describe("what may leave a tenant", () => {
  it.each([
    ["203.0.113.7", null, "203.0.113.7"],
    ["10.0.0.7", "203.0.113.7", "203.0.113.7"],
    ["203.0.113.7", "203.0.113.7", "203.0.113.7"],
    ["2A00:1450::5", "fd00::1", "2a00:1450::5"],
    ["::FFFF:203.0.113.7", null, "203.0.113.7"],
    ["203.0.113.7", "198.51.100.1", undefined],
    ["10.0.0.7", "172.16.3.4", undefined],
    ["192.168.0.1", null, undefined],
    ["100.64.0.1", null, undefined],
    ["127.0.0.1", null, undefined],
    ["169.254.1.1", null, undefined],
    ["239.1.1.1", null, undefined],
    ["fe80::1%eth0", null, undefined],
    ["2a00:1450::5%eth0", null, undefined],
    ["::1", null, undefined],
    ["::ffff:10.0.0.1", null, undefined],
    ["gw7", "", undefined],
  ])("of the addresses %s and %s: %s", (source, target, expected) => {
    expect(sharedAddress(source, target)).toBe(expected);
  });

  it.each([
    ["Bad.Example.", "bad.example"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["dsmil.local", undefined],
    ["redis.fleet.example", undefined],
    ["fleet.example", undefined],
    ["notfleet.example", "notfleet.example"],
    ["printer.lan", undefined],
    ["1.2.0.192.in-addr.arpa", undefined],
    ["localhost", undefined],
    ["a'b.example", undefined],
    ["203.0.113.7", undefined],
    [`${"a".repeat(64)}.example`, undefined],
  ])("of the name %s: %s", (name, expected) => {
    expect(sharedDomain(name, "fleet.example")).toBe(expected);
  });

  it("of hashes those of files", () => {
    expect(sharedHash("AB".repeat(32))).toBe("ab".repeat(32));
    expect(sharedHash("ab".repeat(10))).toBeUndefined();
  });

  it("is each indicator once, last seen first, with all that was found of it", () => {
    const none = { src_ip: null, dest_ip: null, domain: null, sha256: null, sha1: null, md5: null };
    const found = sharedSightings(
      [
        { ...none, src_ip: "203.0.113.7", first: at(3), last: at(4), confidence: 0.8 },
        { ...none, src_ip: "203.0.113.7", dest_ip: "10.0.0.1", first: at(1), last: at(2), confidence: 0.95 },
        { ...none, src_ip: "10.0.0.1", domain: "bad.example", first: at(5), last: at(6), confidence: 0.9 },
      ],
      "fleet.example",
    );
    expect(found).toEqual({
      sightings: [
        { kind: "domain", value: "bad.example", first: at(5), last: at(6), confidence: 0.9 },
        { kind: "ip", value: "203.0.113.7", first: at(1), last: at(4), confidence: 0.95 },
      ],
      withheld: 1,
    });
  });
});

describe("a bundle", () => {
  it("is the same for the same sightings, and another tenant's has other ids", () => {
    const one = stixBundle("ALPHA", "TLP:AMBER", [sighting()]).text;
    expect(stixBundle("ALPHA", "TLP:AMBER", [sighting()]).text).toBe(one);
    const ids = (text: string) => JSON.parse(text).objects.map(({ id }: { id: string }) => id);
    const [mine, other] = [ids(one), ids(stixBundle("BRAVO", "TLP:AMBER", [sighting()]).text)];
    expect(mine[0]).toBe(other[0]);
    expect(mine[1]).not.toBe(other[1]);
    expect(one).not.toMatch(/alpha/i);
  });

  it("has STIX's own markings", () => {
    const id = (text: string) => JSON.parse(text).objects[0];
    expect(
      MARKINGS.map((marking) => id(stixBundle("ALPHA", marking, []).text)).map((one) => [one.name, one.id]),
    ).toEqual([
      ["TLP:WHITE", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
      ["TLP:GREEN", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"],
      ["TLP:AMBER", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
      ["TLP:RED", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"],
    ]);
  });

  it("is understood by the reader of feeds, whole", () => {
    const hash = "ab".repeat(20);
    const all = [
      sighting(),
      sighting({ value: "2a00:1450::5" }),
      sighting({ kind: "domain", value: "bad.example" }),
      sighting({ kind: "hash", value: hash }),
    ];
    const { indicators, skipped } = parseStix(stixBundle("ALPHA", "TLP:RED", all).text, { feed: "x", confidence: 1 });
    expect(indicators.map(({ type, value, confidence }) => [type, value, confidence])).toEqual([
      ["ip", "203.0.113.7", 90],
      ["ip", "2a00:1450::5", 90],
      ["domain", "bad.example", 90],
      ["hash", hash, 90],
    ]);
    expect(skipped).toEqual({ "object marking-definition": 1 });
  });

  it("has at most 1,000 indicators and 256 KiB", () => {
    const many = Array.from({ length: 1500 }, (_, i) => sighting({ value: `198.51.${i >> 8}.${i & 255}` }));
    const { text, held } = stixBundle("ALPHA", "TLP:AMBER", many);
    expect(held).toBeLessThanOrEqual(1000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
    expect(JSON.parse(text).objects).toHaveLength(held + 1);
  });
});

describe("a bundle's signature", () => {
  const [root, key, other] = [newKey(), newKey(), newKey()];
  const bytes = Buffer.from(stixBundle("ALPHA", "TLP:AMBER", [sighting()]).text);
  const text = certificate(root, "signer", coalitionSigner("alpha"), key);
  const now = Date.now();
  const signed = async (given = text, by = key) =>
    JSON.stringify({ certificate: given, signature: await signBundle(bytes, by) });

  it("holds for exactly these bytes and this root", async () => {
    expect(verifyBundle(bytes, await signed(), root.publicKey, now).subject).toBe("coalition-alpha");
    const changed = Buffer.from(bytes.toString().replace("113.7", "113.8"));
    const good = await signed();
    expect(() => verifyBundle(changed, good, root.publicKey, now)).toThrow("is not what coalition-alpha signed");
    expect(() => verifyBundle(bytes, good, other.publicKey, now)).toThrow("not signed by this fleet's root");
  });

  it("is nobody else's, nor one of another use", async () => {
    const bad = [
      await signed(text, other),
      await signed(certificate(root, "tenant", "alpha", key)),
      await signed(certificate(root, "tenant", coalitionSigner("alpha"), key)),
      await signed(certificate(root, "signer", "models", key)),
      JSON.stringify({ certificate: text, signature: (await key.sign(bytes, "dsmil-claim-v1")).toString("hex") }),
      JSON.stringify({ certificate: text, signature: "zz" }),
      "[]",
      "no JSON",
    ];
    for (const one of bad) expect(() => verifyBundle(bytes, one, root.publicKey, now), one.slice(0, 80)).toThrow();
  });

  it("is checked with a partner's pinned key", async () => {
    const signature = await signBundle(bytes, key);
    expect(isSignedBundle(bytes, key.publicKey, signature)).toBe(true);
    expect(isSignedBundle(bytes, other.publicKey, signature)).toBe(false);
    expect(isSignedBundle(bytes.subarray(1), key.publicKey, signature)).toBe(false);
    expect(isSignedBundle(bytes, "00", "00")).toBe(false);
  });
});

describe("a partner's bundle", () => {
  const bundle = (objects: unknown) => JSON.stringify({ type: "bundle", id: "bundle--1", objects });

  it("is bounded, and a bundle", () => {
    expect(() => readBundle(bundle(Array(2001).fill({})), "x")).toThrow("too_many_objects");
    for (const text of ["", "{}", "[]", bundle({}), bundle("x")]) {
      expect(() => readBundle(text, "x"), text).toThrow("not_a_bundle");
    }
    expect(readBundle(bundle([null, 1, {}]), "x").indicators).toEqual([]);
  });
});

describe("partners.json", () => {
  const tenant = {
    prefix: "ALPHA",
    coalition: [
      { id: "example", shares: ["ip"], minConfidence: 0.8, marking: "TLP:AMBER" },
      { id: "other", shares: [], minConfidence: 0, marking: "TLP:RED", publicKey: newKey().publicKey },
    ],
  } as unknown as Tenant;

  it("is read as the deployer writes it", () => {
    const { domain, partners } = readPartners(renderPartners(tenant, { domain: "dsmil.local" }), "ALPHA");
    expect(domain).toBe("dsmil.local");
    expect([...partners.values()]).toEqual(tenant.coalition);
  });

  it("of another tenant or form is refused", () => {
    const good = JSON.parse(renderPartners(tenant, { domain: "dsmil.local" }));
    const [first] = good.partners;
    const bad = [
      { ...good, tenant: "BRAVO" },
      { ...good, partners: [{ ...first, marking: "TLP:WHITE" }] },
      { ...good, partners: [{ ...first, min_confidence: 2 }] },
      { ...good, partners: [{ ...first, public_key: "00" }] },
      { ...good, partners: [{ ...first, more: 1 }] },
    ];
    for (const one of bad) expect(() => readPartners(JSON.stringify(one), "ALPHA")).toThrow();
  });
});

describe("a question to coalition intelligence", () => {
  const signature = { signature: "ab".repeat(4627) };

  it("is for a bundle or about one", () => {
    expect(parseExport({ partner: "a-b", hours: 168 })).toEqual({ ask: "export", partner: "a-b", hours: 168 });
    const about = { partner: "ab", bundle: "{}", signature };
    expect(parseImport(about)).toEqual({ ask: "import", ...about });
    for (const one of [parseExport({ partner: "a", hours: 1 }), parseImport(about)]) {
      expect(parseCoalitionQuestion(JSON.parse(JSON.stringify(one)))).toEqual(one);
    }
  });

  it("is bounded and of these fields", () => {
    const bad = [
      ...[{}, null, [], { ask: "export" }, { ask: "drop", partner: "a" }, { ask: "export", partner: "a", hours: 0 }],
      ...[
        { ask: "export", partner: "a", hours: 169 },
        { ask: "export", partner: "a", hours: 1.5 },
      ],
      ...[
        { ask: "export", partner: "a".repeat(32), hours: 1 },
        { ask: "export", partner: "a", hours: 1, bundle: "{}" },
      ],
      { ask: "import", partner: "a", bundle: "é".repeat(128 * 1024 + 1), signature },
      { ask: "import", partner: "a", bundle: "{}", signature: { ...signature, certificate: 1 } },
      { ask: "import", partner: "a", bundle: "{}", signature: { signature: "ab" } },
      { ask: "import", partner: "a", bundle: 1, signature },
    ];
    for (const body of bad) expect(() => parseCoalitionQuestion(body), JSON.stringify(body)?.slice(0, 80)).toThrow();
  });
});
