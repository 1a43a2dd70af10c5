import { X509Certificate } from "node:crypto";
import { readdir } from "node:fs/promises";
import { type Certificate, MAX_CERTIFICATE_LENGTH, rootSigned } from "../pqc/certificate.ts";
import { readBounded } from "../watch/bounded-file.ts";

/** What the deployer says of the fleet: fleet.json. */
export interface Fleet {
  readonly nodes: readonly string[];
  /** Hex of the root's raw ML-DSA-87 key. */
  readonly root: string;
  /** Time after which links make new keys, seconds. */
  readonly rotationSeconds: number;
}

/** Public facts about the fleet's keys, as they are at one moment. */
export interface KeyFacts {
  readonly fleet: Fleet;
  /** X.509, by server or node. */
  readonly certificates: ReadonlyMap<string, X509Certificate>;
  /** ML-DSA-87 identities by node, each verified against the root. */
  readonly nodeKeys: ReadonlyMap<string, Certificate>;
  /** What could not be read or does not verify; it names no tenant, as each of them is told. */
  readonly problems: readonly string[];
}

const NODE = /^[a-z][a-z0-9-]{0,30}$/;
const HEX_KEY = /^[0-9a-f]{5184}$/;
const PEER_KEY = /^([a-z][a-z0-9-]{0,30})-mldsa87\.pub$/;
const MAX_FLEET = 64 * 1024;
const MAX_CERTIFICATES = 1024 * 1024;

/**
 * Reads what there is of the fleet's certificates.
 * @throws Error where fleet.json cannot be used
 */
export async function readKeyFacts(fleetDir: string, peerKeysDir: string): Promise<KeyFacts> {
  const fleet = parseFleet(await needed(`${fleetDir}/fleet.json`, MAX_FLEET));
  const problems: string[] = [];
  const certificates = parseCertificates(await needed(`${fleetDir}/certificates.json`, MAX_CERTIFICATES), problems);
  const nodeKeys = new Map<string, Certificate>();
  for (const dir of [fleetDir, peerKeysDir]) {
    for (const name of (await readdir(dir)).sort()) {
      const node = PEER_KEY.exec(name)?.[1];
      if (node === undefined || !fleet.nodes.includes(node)) continue;
      try {
        nodeKeys.set(node, nodeKey(await needed(`${dir}/${name}`, MAX_CERTIFICATE_LENGTH), fleet.root, node));
      } catch (error) {
        problems.push(`key of ${node}: ${(error as Error).message}`);
      }
    }
  }
  for (const node of fleet.nodes) {
    const known = nodeKeys.has(node) || problems.some((problem) => problem.startsWith(`key of ${node}:`));
    if (!known) problems.push(`key of ${node}: no certificate is here`);
  }
  return { fleet, certificates, nodeKeys, problems };
}

function nodeKey(text: string, root: string, node: string): Certificate {
  let certificate: Certificate | undefined;
  try {
    certificate = rootSigned(text.trim(), root);
  } catch {
    // Whom a wrong file speaks of may be a tenant, and problems are told to all tenants.
  }
  if (certificate === undefined) throw new Error("not a certificate that this fleet's root signed");
  if (certificate.kind === "node" && certificate.subject === node) return certificate;
  throw new Error("the certificate is not of this node");
}

async function needed(path: string, limit: number): Promise<string> {
  const text = await readBounded(path, limit).catch((error: Error) => {
    throw new Error(`${path} ${error.message}`);
  });
  if (text === undefined) throw new Error(`${path} is missing; \`dsmil up\` lays it`);
  return text;
}

function parseFleet(text: string): Fleet {
  const {
    nodes,
    root,
    rotation_seconds: rotationSeconds,
  } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  const good =
    Array.isArray(nodes) &&
    nodes.length > 0 &&
    nodes.length <= 100 &&
    nodes.every((node) => typeof node === "string" && NODE.test(node)) &&
    typeof root === "string" &&
    HEX_KEY.test(root) &&
    Number.isInteger(rotationSeconds);
  if (!good) throw new Error("fleet.json is not of its form; `dsmil up` lays it");
  return { nodes, root, rotationSeconds: rotationSeconds as number };
}

function parseCertificates(text: string, problems: string[]): ReadonlyMap<string, X509Certificate> {
  const found = new Map<string, X509Certificate>();
  for (const [id, pem] of Object.entries((JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>)) {
    try {
      if (!NODE.test(id) || typeof pem !== "string") throw new Error("no certificate");
      found.set(id, new X509Certificate(pem));
    } catch (error) {
      problems.push(`certificate of ${id.slice(0, 31)}: ${(error as Error).message}`);
    }
  }
  return found;
}
