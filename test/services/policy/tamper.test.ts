import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../../images/runtime/policy/policy.ts";
import type { PolicyProblem } from "../../../images/runtime/policy/policy-error.ts";
import { openPolicy, readPolicyFiles } from "../../../images/runtime/policy/policy-files.ts";
import { verifyBundle } from "../../../images/runtime/policy/signed-bundle.ts";
import { generate, signAs } from "../../../infra/provider/pqc.ts";
import { randomFrom } from "../dbe-gateway/support/random.ts";
import { BUILD_MS, dataOf, PolicyRig, rules } from "./rig.ts";

let rig: PolicyRig;
let good: { readonly bundle: string; readonly data: string };
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

beforeAll(async () => {
  console.log(`seed ${seed}`);
  rig = new PolicyRig(await rules());
  const data = dataOf("ALPHA");
  good = { bundle: rig.bundle("alpha", 7, data), data };
}, BUILD_MS);
afterAll(() => rig?.remove());

/** Opens a folder as a service would that has seen nothing before. */
async function open(files: { bundle?: string | Uint8Array; data?: string | Uint8Array } = {}): Promise<Policy> {
  const { bundle, data } = { ...good, ...files };
  const folder = rig.write("alpha", { "bundle.json": bundle, "data.json": data });
  const root = rig.root.publicKey;
  return openPolicy(await readPolicyFiles(folder), { tenant: "alpha", root, rules: rig.cache() }, () => {});
}

const problem = (promise: Promise<unknown>): Promise<PolicyProblem | "none"> =>
  promise.then(
    () => "none" as const,
    (error: { problem: PolicyProblem }) => error.problem,
  );

function flipped(content: string | Uint8Array, at: number, bit: number): Buffer {
  const bytes = Buffer.from(content);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return bytes;
}

describe("a policy that was tampered with", () => {
  it("is taken while nobody did", async () => {
    expect((await open()).stamp.version).toBe(7);
  });

  it("is refused for any one bit in any byte of bundle.json", () => {
    const random = randomFrom(seed);
    const taken: number[] = [];
    for (let at = 0; at < good.bundle.length; at++) {
      const bundle = flipped(good.bundle, at, Math.floor(random() * 8)).toString();
      try {
        verifyBundle(bundle, rig.root.publicKey);
        taken.push(at);
      } catch (error) {
        if (!["malformed", "signature"].includes((error as { problem: string }).problem)) taken.push(at);
      }
    }
    expect(taken).toEqual([]);
  });

  it("is refused for any one bit in any byte of data.json", async () => {
    const random = randomFrom(seed);
    for (let at = 0; at < good.data.length; at++) {
      const data = flipped(good.data, at, Math.floor(random() * 8));
      expect(await problem(open({ data })), `byte ${at}`).toBe("digest");
    }
  });

  it("is refused for one bit anywhere in the rules", async () => {
    const random = randomFrom(seed);
    const { wasm } = rig.rules;
    const places = [0, 4, 8, wasm.length - 1, ...Array.from({ length: 60 }, () => Math.floor(random() * wasm.length))];
    for (const at of places) {
      rig.layRules(flipped(wasm, at, Math.floor(random() * 8)));
      expect(await problem(open()), `byte ${at}`).toBe("digest");
    }
    rig.layRules(wasm);
    expect(await problem(open())).toBe("none");
  });

  it.each<[string, (bundle: string) => string]>([
    ["white space", (b) => b.replace(",", ", ")],
    ["no line feed", (b) => b.trimEnd()],
    ["two line feeds", (b) => `${b}\n`],
    ["other order", (b) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(b)).reverse()))],
    ["a field more", (b) => b.replace("{", '{"admin":true,')],
    ["a field twice", (b) => b.replace('"version":7', '"version":9,"version":7')],
    ["a field less", (b) => b.replace('"v":1,', "")],
    ["a number in another form", (b) => b.replace('"version":7', '"version":7.0')],
    ["an escaped letter", (b) => b.replace('"alpha"', '"\\u0061lpha"')],
    ["upper-case digits", (b) => b.replace(/"data":"[^"]+"/, (text) => text.toUpperCase().replace("DATA", "data"))],
    ["a byte order mark", (b) => `\ufeff${b}`],
    ["nothing", () => ""],
    ["null", () => "null\n"],
    ["a list", () => "[]\n"],
    ["half", (b) => b.slice(0, b.length / 2)],
    ["a prototype", (b) => b.replace("{", '{"__proto__":{},')],
  ])("is refused with %s in bundle.json", async (_what, change) => {
    expect(await problem(open({ bundle: change(good.bundle) }))).toBe("malformed");
  });

  it("is refused when signed by another key, or for another use", async () => {
    const other = generate();
    expect(await problem(open({ bundle: rig.bundle("alpha", 8, good.data, other.seed) }))).toBe("signature");
    const { signature, ...body } = JSON.parse(good.bundle) as Record<string, unknown>;
    expect(typeof signature).toBe("string");
    const certificate = signAs("dsmil-certificate-v1", rig.root.seed, Buffer.from(JSON.stringify(body)));
    const bundle = good.bundle.replace(/"signature":"[^"]+"/, `"signature":"${certificate}"`);
    expect(await problem(open({ bundle }))).toBe("signature");
  });

  it("is refused when it is another tenant's, wholly or in part", async () => {
    const data = dataOf("BRAVO");
    expect(await problem(open({ bundle: rig.bundle("bravo", 9, data), data }))).toBe("tenant");
    expect(await problem(open({ data }))).toBe("digest");
    // Signed for alpha by a deployer that mixed them up.
    expect(await problem(open({ bundle: rig.bundle("alpha", 9, data), data }))).toBe("tenant");
  });

  it("is refused when a file is missing, too long, a link or a folder", async () => {
    const folder = rig.lay("alpha", 7);
    expect(await problem(readPolicyFiles(join(folder, "nowhere")))).toBe("missing");
    rmSync(join(folder, "data.json"));
    expect(await problem(readPolicyFiles(folder))).toBe("incomplete");
    symlinkSync("/etc/hostname", join(folder, "data.json"));
    expect(await problem(readPolicyFiles(folder))).toBe("malformed");
    rmSync(join(folder, "data.json"));
    writeFileSync(join(folder, "data.json"), "x".repeat(300 * 1024));
    expect(await problem(readPolicyFiles(folder))).toBe("malformed");
    rmSync(join(rig.rulesFolder, rig.rules.fileName));
    expect(await problem(open())).toBe("incomplete");
    rig.layRules(rig.rules.wasm);
  });
});
