import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Node } from "../../infra/model/types.ts";
import { allModelNames, modelVersion } from "../../infra/models/model-release.ts";
import { generate } from "../../infra/provider/pqc.ts";
import { pulumiEnv } from "../../infra/toolchain/env.ts";
import { run } from "./run.ts";
import { manifestWith, tenantId } from "./tenants-manifest.ts";

/** What a project folder has besides its state, its manifest and its stack files. */
const SHARED = [
  "infra",
  "images",
  "models",
  "templates",
  "policies",
  "node_modules",
  "package.json",
  "package-lock.json",
];

/**
 * The project in a folder of its own: the same sources, another manifest, another backend. Nothing done here touches
 * the state, the stack files or the SSH configuration of the real one.
 */
export class Workspace {
  readonly #root: string;
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  /**
   * @param name of its folder below `.dsmil/bench`
   * @param invented nodes whose endpoints are made up, for previews, which contact none; default: the real ones
   */
  constructor(root: string, name: string, invented?: readonly Node[]) {
    this.#root = root;
    this.#folder = join(root, ".dsmil/bench", name);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(join(this.#folder, ".dsmil/state"), { recursive: true, mode: 0o700 });
    for (const name of SHARED) {
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(this.#folder, name));
    }
    for (const name of readdirSync(root).filter((file) => /^Pulumi\..*yaml$/.test(file))) {
      // Without the salt of the real stacks' passphrase.
      const lines = readFileSync(join(root, name), "utf8").split("\n");
      writeFileSync(join(this.#folder, name), lines.filter((line) => !line.startsWith("encryptionsalt:")).join("\n"));
    }
    this.#access(invented);
    this.#env = {
      ...pulumiEnv(root),
      PULUMI_BACKEND_URL: `file://${join(this.#folder, ".dsmil/state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      DSMIL_ROOT: this.#folder,
      DSMIL_MANIFEST: "",
    };
  }

  /** The lab's endpoints, with its key by absolute path. */
  #access(invented: readonly Node[] | undefined): void {
    const file = join(this.#root, ".dsmil/access.json");
    let entries: Record<string, { ssh?: string; hostKey?: string; identityFile?: string }>;
    if (invented) {
      const endpoint = { ssh: "root@127.0.0.1:1", hostKey: hostKey() };
      entries = Object.fromEntries(invented.map(({ id }) => [id, endpoint]));
    } else if (existsSync(file)) {
      entries = JSON.parse(readFileSync(file, "utf8")) as typeof entries;
      for (const entry of Object.values(entries)) {
        if (entry.identityFile !== undefined) entry.identityFile = resolve(this.#root, entry.identityFile);
      }
    } else return;
    writeFileSync(join(this.#folder, ".dsmil/access.json"), JSON.stringify(entries), { mode: 0o600 });
  }

  setTenants(count: number): void {
    const text = readFileSync(join(this.#root, "manifest.yaml"), "utf8");
    writeFileSync(join(this.#folder, "manifest.yaml"), manifestWith(text, count));
  }

  async createStacks(nodes: readonly Node[]): Promise<void> {
    for (const { id } of nodes) await this.pulumi(["stack", "init", id]);
  }

  /**
   * Gives the data stack the outputs that it would have with so many tenants, of the right form and with made-up
   * values: previews of the other stacks read them, and no node is needed for that.
   */
  async inventOutputs(dataNode: string, tenants: number): Promise<void> {
    const secret = "x".repeat(40);
    const root = generate();
    const of = (id: string) => ({
      redis: { writer: secret, reader: secret, ingest: secret },
      postgres: { app: secret, reader: secret },
      qdrantToken: secret.repeat(6),
      apiKeys: { default: `sk-${id}-${secret}` },
      signing: { publicKey: secret, seed: secret, certificate: secret },
    });
    const urn = `urn:pulumi:${dataNode}::dsmil::pulumi:pulumi:Stack::dsmil-${dataNode}`;
    const outputs = {
      caCert: secret,
      rootPublicKey: root.publicKey,
      rootSeed: root.seed,
      certificates: { haproxy: { cert: secret, key: secret } },
      tenants: Object.fromEntries(Array.from({ length: tenants }, (_, i) => [tenantId(i), of(tenantId(i))])),
      modelSignatures: Object.fromEntries(
        allModelNames(this.#root).map((name) => [modelVersion(this.#root, name).digest, "x".repeat(24_000)]),
      ),
      identity: secret,
    };
    const file = join(this.#folder, ".dsmil/outputs.json");
    const exported = JSON.parse(await this.pulumi(["stack", "export", "--stack", dataNode])) as { deployment: object };
    const resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { ...exported.deployment, resources } }));
    await this.pulumi(["stack", "import", "--stack", dataNode, "--file", file]);
  }

  pulumi(args: readonly string[]): Promise<string> {
    return run(["pulumi", ...args, "--non-interactive", "--color", "never"], { cwd: this.#folder, env: this.#env });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A host key of the right form (RFC 8709) that no machine has. */
function hostKey(): string {
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from("ssh-ed25519")), field(Buffer.alloc(32))]);
  return `ssh-ed25519 ${blob.toString("base64")}`;
}
