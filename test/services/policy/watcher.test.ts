import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Environment } from "../../../images/runtime/environment.ts";
import { policiesPlace, policyPlace, readPolicyConfig } from "../../../images/runtime/policy/policy-config.ts";
import { PolicyWatcher } from "../../../images/runtime/policy/policy-watcher.ts";
import { TenantPolicies } from "../../../images/runtime/policy/tenant-policies.ts";
import type { CompiledRules } from "../../../infra/policy/compiled-rules.ts";
import { generate } from "../../../infra/provider/pqc.ts";
import { BUILD_MS, dataOf, PolicyRig, rules } from "./rig.ts";

let compiled: CompiledRules;
let rig: PolicyRig;
beforeAll(async () => {
  compiled = await rules();
}, BUILD_MS);
beforeEach(() => {
  rig = new PolicyRig(compiled);
});
afterEach(() => rig.remove());
afterAll(() => undefined);

const watch = (floorFile?: string, tenant = "alpha"): PolicyWatcher => {
  const { rootFile } = rig;
  const place = { tenant, folder: join(rig.tenants, tenant), rules: rig.cache(), rootFile };
  return new PolicyWatcher({ ...place, ...(floorFile && { floorFile }) }, rig.log);
};
const may = (watcher: PolicyWatcher, action: string): boolean | undefined =>
  watcher.current?.decide({ decision: "allow_action", tenant: "ALPHA", action }).allow;
/** Looks twice: the first of a problem is not told. */
const look = async (watcher: PolicyWatcher): Promise<void> => {
  await watcher.look();
  await watcher.look();
};

describe("a watched policy", () => {
  it("is none before there is one, and comes as soon as there is", async () => {
    const watcher = watch();
    await watcher.look();
    expect(watcher.current).toBeUndefined();
    expect(watcher.check()).toMatchObject({ ok: false, value: expect.stringContaining("missing") });
    rig.lay("alpha", 1);
    await watcher.look();
    expect(may(watcher, "ISOLATE_HOST")).toBe(true);
    expect(watcher.check()).toEqual({ ok: true, value: 1 });
  });

  it("changes with its files, without a restart", async () => {
    rig.lay("alpha", 1);
    const watcher = watch();
    const stop = new AbortController();
    await watcher.look();
    const run = watcher.run(5, stop.signal);
    rig.lay("alpha", 2, dataOf("ALPHA", { actions: ["BLOCK_IP"] }));
    await expect.poll(() => [may(watcher, "ISOLATE_HOST"), may(watcher, "BLOCK_IP")]).toEqual([false, true]);
    stop.abort();
    await run;
  });

  it("stays the last good one while what lies there is not", async () => {
    rig.lay("alpha", 5);
    const watcher = watch();
    await watcher.look();
    const data = dataOf("ALPHA", { actions: ["KILL_PROCESS"] });
    const wrong: [string, Record<string, string>][] = [
      ["signature", { "bundle.json": rig.bundle("alpha", 6, data, generate().seed), "data.json": data }],
      ["digest", { "bundle.json": rig.bundle("alpha", 7, dataOf("ALPHA")), "data.json": data }],
      ["tenant", { "bundle.json": rig.bundle("bravo", 8, data), "data.json": data }],
      ["rollback", { "bundle.json": rig.bundle("alpha", 4, data), "data.json": data }],
      ["rollback", { "bundle.json": rig.bundle("alpha", 5, data), "data.json": data }],
      ["malformed", { "bundle.json": "{}", "data.json": data }],
    ];
    for (const [problem, files] of wrong) {
      rig.write("alpha", files);
      await look(watcher);
      expect([may(watcher, "ISOLATE_HOST"), may(watcher, "KILL_PROCESS")], problem).toEqual([true, false]);
      expect(watcher.check().ok, problem).toBe(false);
      expect(rig.lines.at(-1)).toMatchObject({ level: "error", problem });
      expect(rig.lines.at(-1)?.msg).toContain("version 5 stays in force");
    }
    rig.lay("alpha", 9, data);
    await watcher.look();
    expect(may(watcher, "KILL_PROCESS")).toBe(true);
    expect(watcher.check()).toEqual({ ok: true, value: 9 });
  });

  it("stays while the rules of the next one are not there yet", async () => {
    const folder = rig.lay("alpha", 1);
    const watcher = watch();
    await watcher.look();
    const data = dataOf("ALPHA", { tools: [] });
    const next = rig.bundle("alpha", 2, data);
    rmSync(join(rig.rulesFolder, rig.rules.fileName));
    // Another process, which has not compiled these rules before.
    const fresh = watch();
    rig.write("alpha", { "bundle.json": next, "data.json": data });
    await look(fresh);
    expect(fresh.check()).toMatchObject({ ok: false, value: expect.stringContaining(rig.rules.fileName) });
    rmSync(join(folder, "data.json"));
    await look(watcher);
    await look(watcher);
    expect(watcher.current?.stamp.version).toBe(1);
    rig.layRules(rig.rules.wasm);
    rig.write("alpha", { "data.json": data });
    await Promise.all([fresh.look(), watcher.look()]);
    expect([fresh.check(), watcher.check()]).toEqual(Array(2).fill({ ok: true, value: 2 }));
  });

  it("does not complain about files that are being laid", async () => {
    rig.lay("alpha", 1);
    const watcher = watch();
    await watcher.look();
    const data = dataOf("ALPHA", { tools: [] });
    rig.write("alpha", { "data.json": data });
    await watcher.look();
    expect(watcher.check().ok).toBe(true);
    rig.write("alpha", { "bundle.json": rig.bundle("alpha", 2, data) });
    await watcher.look();
    expect(rig.lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(watcher.current?.stamp.version).toBe(2);
  });

  it("does not go back after a restart, nor to another of the same version", async () => {
    const floor = join(rig.folder, "alpha.version");
    rig.lay("alpha", 5);
    await watch(floor).look();
    expect(readFileSync(floor, "utf8")).toMatch(/^5 [0-9a-f]{96}\n$/);
    const same = watch(floor);
    await same.look();
    expect(same.current?.stamp.version).toBe(5);
    for (const version of [4, 5]) {
      rig.lay("alpha", version, dataOf("ALPHA", { tools: [] }));
      const watcher = watch(floor);
      await watcher.look();
      expect(watcher.current).toBeUndefined();
      expect(watcher.check().value).toContain("not newer than 5");
    }
    writeFileSync(floor, "none");
    const confused = watch(floor);
    rig.lay("alpha", 6);
    await confused.look();
    expect(confused.check().value).toContain("not of its form; remove it");
    rmSync(floor);
    await confused.look();
    expect(confused.current?.stamp.version).toBe(6);
  });

  it("is not in force where its version cannot be remembered", async () => {
    rig.lay("alpha", 1);
    const watcher = watch(join(rig.folder, "no/such/folder/version"));
    for (let look = 0; look < 3; look++) {
      await watcher.look();
      expect(watcher.current?.stamp.version).toBeUndefined();
      expect(watcher.check().ok).toBe(false);
    }
  });

  it("is withdrawn with its files, once they stay away", async () => {
    const folder = rig.lay("alpha", 1);
    const watcher = watch();
    await watcher.look();
    renameSync(folder, `${folder}.away`);
    await watcher.look();
    expect(watcher.current).toBeDefined();
    await watcher.look();
    expect(watcher.current).toBeUndefined();
    expect(rig.lines.at(-1)?.msg).toContain("everything is refused");
    renameSync(`${folder}.away`, folder);
    await watcher.look();
    expect(watcher.current?.stamp.version).toBe(1);
  });

  it("follows a new root, and keeps the policy while the root cannot be read", async () => {
    rig.lay("alpha", 1);
    const watcher = watch();
    await watcher.look();
    rmSync(rig.rootFile);
    await look(watcher);
    expect(watcher.current?.stamp.version).toBe(1);
    expect(watcher.check().value).toContain("root's public key");
    const other = generate();
    writeFileSync(rig.rootFile, other.publicKey);
    await look(watcher);
    expect(watcher.check().value).toContain("not signed by this fleet's root");
    const data = dataOf("ALPHA");
    rig.write("alpha", { "bundle.json": rig.bundle("alpha", 2, data, other.seed) });
    await watcher.look();
    expect(watcher.check()).toEqual({ ok: true, value: 2 });
  });
});

describe("the environment", () => {
  const places = (variables: Record<string, string>, tenant: string) => {
    const env = new Environment({ POLICY_SHARED_DIR: rig.rulesFolder, ...variables });
    const config = readPolicyConfig(env);
    env.finish();
    return { one: policyPlace(config, tenant), all: policiesPlace(config), config };
  };

  it("says where policies are", async () => {
    rig.lay("alpha", 4);
    const { one } = places({ POLICY_DIR: join(rig.tenants, "alpha"), POLICY_STATE_DIR: rig.folder }, "ALPHA");
    const watcher = new PolicyWatcher(one, rig.log);
    await watcher.look();
    expect(watcher.check()).toEqual({ ok: true, value: 4 });
    expect(readFileSync(join(rig.folder, "alpha.version"), "utf8")).toMatch(/^4 /);
    const { all } = places({ POLICY_DIR: rig.tenants }, "ALPHA");
    const policies = new TenantPolicies(all, rig.log);
    await policies.look();
    expect(policies.of("ALPHA")?.stamp.version).toBe(4);
  });

  it("has defaults, and is checked", () => {
    expect(places({}, "ALPHA").config).toMatchObject({ folder: "/run/dsmil/policy", pollMs: 1_000 });
    expect(() => places({ POLICY_DIR: "policies", POLICY_POLL_MS: "1" }, "ALPHA")).toThrow(/2 problem/);
  });
});

describe("the policies of all tenants", () => {
  it("are watched apart from each other", async () => {
    rig.lay("alpha", 1);
    rig.lay("bravo", 1, dataOf("BRAVO", { tools: [] }));
    const policies = new TenantPolicies(
      { folder: rig.tenants, rules: rig.cache(), rootFile: rig.rootFile, floorFolder: rig.folder },
      rig.log,
    );
    await policies.look();
    const tool = (tenant: string) =>
      policies.of(tenant)?.decide({ decision: "allow_tool", tenant, tool: "whois" }).allow;
    expect([tool("ALPHA"), tool("BRAVO"), tool("CHARLIE"), tool("alpha")]).toEqual([true, false, undefined, undefined]);
    expect(policies.check()).toEqual({ ok: true, value: 2 });
    // Bravo's folder with alpha's files: bravo stays as it was, alpha is untouched.
    for (const file of ["bundle.json", "data.json"]) {
      rig.write("bravo", { [file]: readFileSync(join(rig.tenants, "alpha", file)) });
    }
    await policies.look();
    await policies.look();
    expect([tool("ALPHA"), tool("BRAVO")]).toEqual([true, false]);
    expect(policies.check()).toMatchObject({
      ok: false,
      value: expect.stringContaining("bravo: the policy is that of alpha"),
    });
    rmSync(join(rig.tenants, "bravo"), { recursive: true });
    rig.lay("charlie", 1);
    await policies.look();
    await policies.look();
    expect([tool("ALPHA"), tool("BRAVO"), tool("CHARLIE")]).toEqual([true, undefined, true]);
    expect(policies.check()).toEqual({ ok: true, value: 2 });
  });
});
