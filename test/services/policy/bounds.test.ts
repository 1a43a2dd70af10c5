import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Policy } from "../../../images/runtime/policy/policy.ts";
import { PolicyError } from "../../../images/runtime/policy/policy-error.ts";
import { RegoModule } from "../../../images/runtime/policy/rego-module.ts";
import { type WasmModule, wasm } from "../../../images/runtime/policy/webassembly.ts";
import { fileInArchive } from "../../../infra/policy/archive.ts";
import { command } from "../../../infra/toolchain/command.ts";
import { ensureOpa } from "../../../infra/toolchain/opa.ts";
import { BUILD_MS, dataOf, projectRoot, rules } from "./rig.ts";

let folder: string;
let opa: string;

beforeAll(async () => {
  opa = await ensureOpa({ root: projectRoot });
  folder = mkdtempSync(join(tmpdir(), "dsmil-rules-"));
}, BUILD_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Rules whose every decision is as given, but for tools. */
async function moduleOf(name: string, decision: string, tool = decision): Promise<WasmModule> {
  const own = join(folder, name);
  mkdirSync(own);
  const entry = (rule: string, value: string): string => `# METADATA\n# entrypoint: true\n${rule} := ${value}\n`;
  const others = ["allow_action", "allow_compartment", "allow_roe", "notify"].map((rule) => entry(rule, decision));
  writeFileSync(join(own, "rules.rego"), ["package dsmil.tenant\n", ...others, entry("allow_tool", tool)].join("\n"));
  const archive = join(own, "bundle.tar.gz");
  const run = await command([opa, "build", "--target", "wasm", "--output", archive, own]);
  if (run.code !== 0) throw new Error(run.tail);
  return wasm.compile(fileInArchive(readFileSync(archive), "/policy.wasm") ?? Buffer.alloc(0));
}

const stamp = { version: 1, bundle: "00".repeat(48) };
const REFUSE = '{"allow": false, "reasons": ["no"]}';
const policyOf = (module: WasmModule): Policy => new Policy("ALPHA", stamp, module, dataOf("ALPHA"));
const ask = (policy: Policy, tool: string) => policy.decide({ decision: "allow_tool", tenant: "ALPHA", tool });
const when = (tool: string, value: string): string =>
  `object.union({"allow": false, "reasons": ["no"]}, {"seen": [1 | object.get(input, "tool", "") == "${tool}"; ${value}]})`;

describe("rules that misbehave", () => {
  it("are ended when they take too long, and start again clean", async () => {
    const loops = ["a", "b", "c", "d", "e"].map((name) => `some ${name} in data.tenant.actions`).join("; ");
    const actions = Array.from({ length: 100 }, (_, i) => `A${i}`);
    const module = await moduleOf("slow", REFUSE, when("slow", `${loops}; a == b; b == c; c != d; d == e; a == e`));
    const policy = new Policy("ALPHA", stamp, module, dataOf("ALPHA", { actions }));
    expect(ask(policy, "quick").reasons).toEqual(["no"]);
    expect(ask(policy, "slow")).toMatchObject({ allow: false, reasons: ["evaluation_timeout"] });
    expect(ask(policy, "quick").reasons).toEqual(["no"]);
  });

  it("are ended when they take too much memory, and start again clean", async () => {
    const large = "count(numbers.range(1, 2000000)) == -1";
    const policy = policyOf(await moduleOf("large", REFUSE, when("large", large)));
    const { reasons } = ask(policy, "large");
    expect(reasons).toEqual(["evaluation_failed"]);
    expect(ask(policy, "quick").reasons).toEqual(["no"]);
  });

  it("are not taken when they allow strangers", async () => {
    const module = await moduleOf("open", '{"allow": true, "reasons": ["yes"]}');
    expect(() => policyOf(module)).toThrow("does not refuse a request without a tenant");
  });

  it.each([
    ["text", '"yes"'],
    ["a truth", "true"],
    ["no reasons", '{"allow": false, "reasons": []}'],
    ["text for a truth", '{"allow": "true", "reasons": ["yes"]}'],
    ["reasons that are no codes", '{"allow": false, "reasons": ["<b>"]}'],
  ])("are not taken when they answer with %s", async (name, value) => {
    const module = await moduleOf(name, value);
    expect(() => policyOf(module)).toThrow("does not refuse");
  });

  it("are refused when an answer turns into another form", async () => {
    const odd = `{"allow": object.get(input, "tool", "") == "odd", "reasons": [object.get(input, "tool", "none")]}`;
    const policy = policyOf(await moduleOf("odd", REFUSE, odd));
    expect(ask(policy, "ODD").reasons).toEqual(["decision_malformed"]);
  });

  it("have no functions of the host", async () => {
    const module = await moduleOf("clock", REFUSE, `{"allow": time.now_ns() < 0, "reasons": ["no"]}`);
    expect(() => policyOf(module)).toThrow("want functions of the host: time.now_ns");
  });

  it("need every entrypoint", async () => {
    const own = join(folder, "one");
    mkdirSync(own);
    writeFileSync(join(own, "r.rego"), `package dsmil.tenant\n# METADATA\n# entrypoint: true\nnotify := ${REFUSE}\n`);
    await command([opa, "build", "--target", "wasm", "--output", join(own, "b.tar.gz"), own]);
    const bytes = fileInArchive(readFileSync(join(own, "b.tar.gz")), "/policy.wasm") ?? Buffer.alloc(0);
    const module = await wasm.compile(bytes);
    expect(() => policyOf(module)).toThrow("no entrypoint dsmil/tenant/allow_action");
  });

  it("must be of OPA, with data that they can read", async () => {
    const empty = await wasm.compile(Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    expect(() => policyOf(empty)).toThrow("ABI undefined.undefined");
    const module = await wasm.compile((await rules()).wasm);
    expect(() => new RegoModule(module, "{")).toThrow("cannot read their data");
    expect(() => new RegoModule(module, JSON.stringify({ x: "x".repeat(9 * 1024 * 1024) }))).toThrow(PolicyError);
  });
});
