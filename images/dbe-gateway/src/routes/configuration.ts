import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { type FolderIdentity, parseFolderIdentity } from "../../../runtime/dbe/local/folder-identity.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Log } from "../../../runtime/log.ts";
import { pause } from "../../../runtime/pause.ts";
import { type Certificate, MAX_CERTIFICATE_LENGTH, verifyCertificate } from "../../../runtime/pqc/certificate.ts";
import { readBounded } from "../../../runtime/watch/bounded-file.ts";
import { type Texts, Watched } from "../../../runtime/watch/watched.ts";
import type { TenantPolicy } from "../policy/facts.ts";
import { readFolders } from "./folder-files.ts";
import { type GatewaySettings, MAX_GATEWAY_BYTES, parseGatewayFile } from "./gateway-file.ts";
import { listFiles } from "./list-files.ts";
import { MAX_TENANT_BYTES, parseTenantFile } from "./tenant-file.ts";

/** Where the watched files are. */
export interface ConfigurationPaths {
  /** gateway.json */
  readonly gatewayFile: string;
  /** Folder with a folder a tenant, `alpha`, that holds `policy.json`. */
  readonly tenantsDir: string;
  /** Folder with the certificates of the peers, `node-b-mldsa87.pub`. */
  readonly peerKeysDir: string;
  /** Folder with a folder a container. */
  readonly foldersDir: string;
  /** User that the identity files must belong to. */
  readonly foldersOwner: number;
}

/** Ids whose value changed with one look. */
export interface Changes {
  readonly gateway: boolean;
  readonly peers: readonly string[];
  readonly tenants: readonly string[];
  readonly folders: readonly string[];
}

const PEER_KEY = /^([a-z][a-z0-9-]{0,30})-mldsa87\.pub$/;
const TENANT = /^([a-z][a-z0-9]{1,15})$/;
const POLICY = "/policy.json";
const GATEWAY = "gateway.json";

/**
 * What the gateway is told, from files that are looked at again and again at a fixed pace, as file events do not cross
 * every kind of mount. Emits `changed` with {@link Changes}, and `looked` after each look.
 */
export class Configuration extends EventEmitter<{ changed: [Changes]; looked: [] }> {
  private readonly node: string;
  private readonly paths: ConfigurationPaths;
  private readonly log: Log;
  private readonly gateway: Watched<GatewaySettings>;
  private readonly peerKeys: Watched<Certificate>;
  private readonly tenantFiles: Watched<TenantPolicy>;
  private readonly folderFiles: Watched<FolderIdentity>;
  private byTenant: ReadonlyMap<string, TenantPolicy> = new Map();
  private told: ReadonlyMap<string, string> = new Map();

  constructor(node: string, paths: ConfigurationPaths, log: Log) {
    super();
    this.node = node;
    this.paths = paths;
    this.log = log;
    this.gateway = new Watched((text) => parseGatewayFile(text, node));
    this.peerKeys = new Watched((text, id) =>
      verifyCertificate(text.trim(), this.settings.root, "node", id, Date.now()),
    );
    this.tenantFiles = new Watched((text, id) => parseTenantFile(text, id, this.settings.root, Date.now()));
    this.folderFiles = new Watched((text, id) => parseFolder(text, id));
  }

  /** Throws before the first look has found a good gateway.json. */
  get settings(): GatewaySettings {
    const settings = this.gateway.values.get(GATEWAY);
    if (!settings) throw new Error(this.gateway.problems.get(GATEWAY) ?? "gateway.json has not been read");
    return settings;
  }

  /** By upper-case id. */
  get tenants(): ReadonlyMap<string, TenantPolicy> {
    return this.byTenant;
  }

  /** By name of the folder. */
  get folders(): ReadonlyMap<string, FolderIdentity> {
    return this.folderFiles.values;
  }

  /** The root's certificate of the key that is pinned for a node. */
  pinned(node: string): Certificate | undefined {
    return this.settings.peers.has(node) ? this.peerKeys.values.get(node) : undefined;
  }

  revoked(node: string, publicKey: string): boolean {
    const { revoked } = this.settings;
    return revoked.has(node) || revoked.has(createHash("sha256").update(publicKey, "hex").digest("hex"));
  }

  /** What is wrong, by file. */
  get problems(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.told);
  }

  /** For /health: the first thing that is wrong, or how many tenants there are. */
  check(): CheckResult {
    const [first] = this.told;
    return first ? { value: `${first[0]}: ${first[1]}`, ok: false } : { value: this.byTenant.size, ok: true };
  }

  /** Looks once. Throws when there is no good gateway.json and never was one. */
  async look(): Promise<void> {
    const { gatewayFile, tenantsDir, peerKeysDir, foldersDir, foldersOwner } = this.paths;
    const missing = new Error(`${gatewayFile} is missing; \`dsmil up\` lays it`);
    const text = await readBounded(gatewayFile, MAX_GATEWAY_BYTES).catch((error: Error) => error);
    const root = this.gateway.values.get(GATEWAY)?.root;
    const gateway = this.gateway.update(new Map([[GATEWAY, text ?? missing]])).length > 0;
    const again = this.settings.root !== root;
    const problems = new Map(this.gateway.problems);
    const update = async <T>(watched: Watched<T>, name: string, read: Promise<Texts>): Promise<readonly string[]> => {
      const texts = await read.catch((error: Error) => error);
      if (texts instanceof Error) problems.set(name, texts.message);
      const changed = texts instanceof Error ? [] : watched.update(texts, again);
      for (const [id, problem] of watched.problems) problems.set(`${name}/${id}`, problem);
      return changed;
    };
    const peers = await update(this.peerKeys, "peer_keys", listFiles(peerKeysDir, PEER_KEY, MAX_CERTIFICATE_LENGTH));
    const policies = listFiles(tenantsDir, TENANT, MAX_TENANT_BYTES, POLICY);
    const tenants = await update(this.tenantFiles, "tenants", policies);
    const folders = await update(this.folderFiles, "folders", readFolders(foldersDir, foldersOwner));
    if (tenants.length > 0) {
      this.byTenant = new Map([...this.tenantFiles.values.values()].map((policy) => [policy.tenant, policy]));
    }
    this.tell(problems);
    if (!gateway && peers.length + tenants.length + folders.length === 0) return;
    this.log.info({ gateway, peers, tenants, folders }, "configuration changed");
    this.emit("changed", { gateway, peers, tenants, folders });
  }

  /** Looks again and again until `signal` aborts. */
  async run(everyMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      await this.look().catch((error: Error) => this.tell(new Map([["configuration", error.message]])));
      this.emit("looked");
    }
  }

  private tell(problems: ReadonlyMap<string, string>): void {
    for (const [file, reason] of problems) {
      if (this.told.get(file) !== reason) {
        this.log.error({ node: this.node, file, reason }, "file not read; what it said before stays in force");
      }
    }
    this.told = problems;
  }
}

function parseFolder(text: string, name: string): FolderIdentity {
  const identity = parseFolderIdentity(text);
  if (identity.container === name) return identity;
  throw new Error(`"container" is ${identity.container}, the folder is ${name}`);
}
