import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Pair } from "../../../infra/isolation/plan/pair.ts";
import { TABLES } from "../../../infra/isolation/plan/rows.ts";
import { planIsolation } from "../../../infra/isolation/plan.ts";
import { LAYERS, type Layer, type Probe } from "../../../infra/isolation/types.ts";
import type { Model, Tenant } from "../../../infra/model/types.ts";
import { loadManifestText } from "../../component/manifest.ts";

/** With all that there is to try. */
const MANIFEST = readFileSync(resolve(import.meta.dirname, "../../../manifest.yaml"), "utf8");
const model = loadManifestText(MANIFEST.replace("loki: false", "loki: true"));
const same: Pair["sources"] = { redis: ["stack"], postgres: ["stack"], qdrant: ["stack"] };
const plan = (m: Model = model, tenant?: string, sources = same) =>
  planIsolation(m, { nonce: "0badcafe", sourcesOf: () => sources, ...(tenant && { tenant }) });

describe("the isolation plan", () => {
  const { attempts, setup, teardown } = plan();

  it("has far more than 40 cross-tenant attempts, in every layer, both ways", () => {
    const cross = attempts.filter((a) => a.victim !== a.attacker);
    expect(cross.length).toBeGreaterThan(400);
    for (const layer of LAYERS) {
      for (const [victim, attacker] of [
        ["alpha", "bravo"],
        ["bravo", "alpha"],
      ]) {
        expect(
          cross.some((a) => a.layer === layer && a.victim === victim && a.attacker === attacker),
          `${layer} ${attacker} → ${victim}`,
        ).toBe(true);
      }
    }
  });

  it("can be narrowed to layers, each with all its attempts", () => {
    const only = planIsolation(model, { nonce: "0badcafe", sourcesOf: () => same, layers: ["redis", "files"] });
    expect(only.attempts).toEqual(attempts.filter(({ layer }) => layer === "redis" || layer === "files"));
    expect([only.setup, only.teardown]).toEqual([setup, teardown]);
  });

  it("names each attempt once", () => {
    expect(new Set(attempts.map((a) => a.id)).size).toBe(attempts.length);
  });

  it("has no attempt whose refusal would also count as its leak or its control's success", () => {
    for (const { id, refusals, leaks = [], works } of attempts) {
      expect(
        refusals.filter((r) => leaks.includes(r) || works.includes(r) || r === "OK" || r === "!"),
        id,
      ).toEqual([]);
      expect(works.length, id).toBeGreaterThan(0);
    }
  });

  it("tries every stream, table and collection of the victim", () => {
    const text = JSON.stringify(
      attempts.filter((a) => a.victim === "alpha" && a.attacker === "bravo").map((a) => a.attack),
    );
    const alpha = model.tenants[0] as Tenant;
    for (const key of Object.values(alpha.streams) as string[]) expect(text).toContain(`"${key}"`);
    for (const table of TABLES) expect(text).toContain(`dsmil_alpha.${table}`);
    for (const collection of alpha.collections) expect(text).toContain(`/collections/${collection}`);
  });

  it("reads, inserts, updates and deletes decisions and proposals as the other tenant, and every stream of theirs", () => {
    const of = (layer: Layer) =>
      attempts.filter((a) => a.layer === layer && a.victim === "alpha" && a.attacker === "bravo").map((a) => a.what);
    for (const table of ["decisions", "proposals"]) {
      for (const verb of ["select", "insert", "update", "delete", "truncate"]) {
        expect(of("postgres").filter((what) => what === `${verb} ${table}`)).toHaveLength(2);
      }
      expect(of("postgres")).toContain(`read rows of ${table} as bravo_app with every grant`);
      expect(of("postgres")).toContain(`write a row of ${table} as bravo_app with every grant`);
      expect(of("archive")).toContain(`rows of bravo in dsmil_alpha.${table}`);
    }
    for (const key of ["ALPHA_PROPOSALS", "ALPHA_L5_OUT", "ALPHA_L6_OUT"]) {
      for (const command of ["XRANGE", "XLEN", "XADD", "XTRIM", "XACK"]) {
        expect(
          of("redis").some((what) => what.startsWith(`${command} ${key}`)),
          `${command} ${key}`,
        ).toBe(true);
      }
    }
  });

  it("asks devices of the other tenant, with questions that change nothing", () => {
    const claims = attempts.flatMap((a) => [a.attack, a.control]).flatMap((p) => (p.kind === "claim" ? [p] : []));
    const asked = claims.map((p) => `0x${p.type.toString(16)} to ${p.destination}: ${p.payload}`);
    expect([...new Set(asked)].sort()).toEqual([
      "0x43 to 45: {}",
      "0x43 to 48: {}",
      "0x43 to 50: {}",
      "0x60 to 59: {}",
      "0x60 to 60: {}",
      "0x60 to 62: {}",
      '0x64 to 61: {"order":"state"}',
    ]);
    expect(claims).toHaveLength(84);
  });

  it("never sends a command that would change a real stream if it went through", () => {
    const streams = new Set(model.tenants.flatMap((t) => Object.values(t.streams) as string[]));
    const harmless = (command: readonly string[]): boolean => {
      const [name = "", key = "", ...args] = command;
      if (!streams.has(key)) return true;
      if (name === "XADD") return args[0] === "0-0";
      if (name === "XTRIM") return args.join(" ") === "MAXLEN 9223372036854775807";
      if (name === "XACK") return args[0] === "isolation-probe";
      return /^(X(RANGE|REVRANGE|LEN|PENDING|AUTOCLAIM)|TYPE|EXISTS|DUMP)$/.test(name);
    };
    const commands = attempts
      .flatMap((a) => [a.attack, a.control])
      .flatMap((p) => (p.kind === "redis" ? [p.command] : []));
    expect(commands.filter((c) => !harmless(c))).toEqual([]);
    const joined = commands.filter((c) => c.some((word) => streams.has(word))).map((c) => c[0]);
    expect(joined).not.toContain("DEL");
    expect(joined).not.toContain("RENAME");
  });

  it("commits nothing but fixtures, and removes what it makes", () => {
    const commits = (p: Probe): boolean => p.kind === "postgres" && p.commit === true;
    expect(attempts.flatMap((a) => [a.attack, a.control]).filter(commits)).toEqual([]);
    const made = setup.flatMap((p) => (p.kind === "redis" ? [p.command[1] ?? ""] : []));
    const removed = new Set(
      teardown.flatMap((p) => (p.kind === "redis" && p.command[0] === "DEL" ? p.command.slice(1) : [])),
    );
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((key) => !removed.has(key))).toEqual([]);
    const large = (probes: readonly Probe[], word: string) =>
      probes.flatMap((p) =>
        (p.kind === "postgres" ? [new RegExp(`${word}\\((\\d+)\\)`).exec(p.sql[0] ?? "")?.[1] ?? []] : []).flat(),
      );
    expect(large(setup, "lo_create").sort()).toEqual(large(teardown, "lo_unlink").sort());
    expect(new Set(large(setup, "lo_create")).size).toBe(2);
  });

  it("holds no secret: credentials appear by reference", () => {
    expect(JSON.stringify(attempts)).not.toMatch(/sk-alpha-|password":"[^"]{20}/);
  });

  it("tries a delivered credential as well where it is another", () => {
    const more = plan(model, undefined, {
      redis: ["stack", "node"],
      postgres: ["stack", "node"],
      qdrant: ["stack", "node"],
    });
    const delivered = more.attempts.filter((a) => a.credential.endsWith("(node)"));
    expect(new Set(delivered.map((a) => a.layer))).toEqual(new Set(["redis", "postgres", "qdrant"]));
    expect(attempts.some((a) => a.credential.endsWith("(stack and node)"))).toBe(true);
  });

  it("covers every ordered pair of more tenants, and can be narrowed to one", () => {
    const tenant = (id: string): Tenant =>
      JSON.parse(
        JSON.stringify(model.tenants[0]).replaceAll("alpha", id).replaceAll("ALPHA", id.toUpperCase()),
      ) as Tenant;
    const three: Model = { ...model, tenants: [...model.tenants, tenant("charlie")] };
    const pairs = (m: Model, only?: string) =>
      new Set(
        plan(m, only)
          .attempts.filter((a) => a.victim !== a.attacker)
          .map((a) => `${a.attacker}→${a.victim}`),
      );
    expect(pairs(three).size).toBe(6);
    expect([...pairs(three, "charlie")].sort()).toEqual([
      "alpha→charlie",
      "bravo→charlie",
      "charlie→alpha",
      "charlie→bravo",
    ]);
  });
});
