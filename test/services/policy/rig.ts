import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type DestinationStream, pino } from "pino";
import { RulesCache } from "../../../images/runtime/policy/rules-cache.ts";
import { compileRules } from "../../../infra/policy/compile-rules.ts";
import type { CompiledRules } from "../../../infra/policy/compiled-rules.ts";
import { generate } from "../../../infra/provider/pqc.ts";
import { signBundle } from "../../../infra/provider/resources/policy-bundle/sign.ts";

export const projectRoot = resolve(import.meta.dirname, "../../..");
/** A first run builds the compiler. */
export const BUILD_MS = 900_000;

/** The rules that services get. */
export const rules = (): Promise<CompiledRules> => compileRules({ root: projectRoot });

/** data.json of a tenant that may do a few things. */
export const dataOf = (id: string, more: object = {}): string =>
  JSON.stringify({
    tenant: {
      id,
      roe_level: "SOC_ASSIST",
      actions: ["ISOLATE_HOST", "BLOCK_DOMAIN"],
      compartments: ["SIGNALS", "SOC"],
      tools: ["whois"],
      notify: [{ channel: "email", target: "soc@example.org" }],
      ...more,
    },
  });

/** The files of tenants' policies, as the deployer lays them, in a folder that goes with the test. */
export class PolicyRig {
  readonly root = generate();
  readonly folder = mkdtempSync(join(tmpdir(), "dsmil-policy-"));
  readonly rulesFolder = join(this.folder, "shared");
  readonly tenants = join(this.folder, "tenants");
  readonly rootFile = join(this.rulesFolder, "root.pub");
  readonly rules: CompiledRules;
  /** What was logged. */
  readonly lines: { readonly level: string; readonly msg: string; readonly problem?: string }[] = [];

  constructor(compiled: CompiledRules) {
    this.rules = compiled;
    mkdirSync(this.rulesFolder);
    writeFileSync(this.rootFile, `${this.root.publicKey}\n`);
    this.layRules(compiled.wasm);
  }

  get log() {
    const destination: DestinationStream = { write: (line) => void this.lines.push(JSON.parse(line)) };
    return pino({ formatters: { level: (level) => ({ level }) } }, destination);
  }

  layRules(wasm: Uint8Array): void {
    writeFileSync(join(this.rulesFolder, this.rules.fileName), wasm);
  }

  cache(): RulesCache {
    return new RulesCache(this.rulesFolder);
  }

  /** bundle.json of some data. */
  bundle(tenant: string, version: number, data: string, seed = this.root.seed): string {
    return signBundle({ tenant, data, rules: this.rules.digest, rootSeed: seed }, version, new Date());
  }

  /** Lays a tenant's files; its folder. */
  lay(tenant: string, version: number, data = dataOf(tenant.toUpperCase())): string {
    return this.write(tenant, { "bundle.json": this.bundle(tenant, version, data), "data.json": data });
  }

  write(tenant: string, files: Readonly<Record<string, string | Uint8Array>>): string {
    const folder = join(this.tenants, tenant);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
