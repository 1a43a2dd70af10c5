import { readdir } from "node:fs/promises";
import { jsonObject } from "../../runtime/json-object.ts";
import { rootSigned, type SubjectKind } from "../../runtime/pqc/certificate.ts";
import { readBounded } from "../../runtime/watch/bounded-file.ts";

/** A key that the root certified to sign something. */
export interface Signer {
  /** `tenant alpha`, `signer models` */
  readonly name: string;
  /** Where it is a tenant's. */
  readonly tenant?: string;
  /** ms since 1970; Infinity: until the root changes. */
  readonly ends: number;
  readonly problem?: string;
}

const MAX_TENANT_FILE = 512 * 1024;
const MAX_SIGNATURE = 64 * 1024;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
const MOST_TENANTS = 1000;

/** Certificates of who signs: tenants, and the signer of models where the fleet has models. Never throws. */
export async function readSigners(fleetDir: string, tenantsDir: string, root: string): Promise<readonly Signer[]> {
  const folders = await readdir(tenantsDir).catch(() => []);
  const tenants = folders.filter((name) => TENANT.test(name)).slice(0, MOST_TENANTS);
  const found = await Promise.all([
    certified("signer models", "signer", "models", root, `${fleetDir}/models.sig`, MAX_SIGNATURE),
    ...tenants.map((id) =>
      certified(`tenant ${id}`, "tenant", id, root, `${tenantsDir}/${id}/policy.json`, MAX_TENANT_FILE),
    ),
  ]);
  return found.filter((one) => one !== undefined);
}

async function certified(
  name: string,
  kind: SubjectKind,
  subject: string,
  root: string,
  path: string,
  limit: number,
): Promise<Signer | undefined> {
  const whose = { name, ...(kind === "tenant" && { tenant: subject }) };
  try {
    const text = await readBounded(path, limit);
    // A tenant's folder is there a moment before its file, and after it; a fleet may have no models.
    if (text === undefined) return undefined;
    const { certificate } = jsonObject(text) ?? {};
    if (typeof certificate !== "string") throw new Error("has no certificate");
    const found = rootSigned(certificate, root);
    if (found.kind !== kind || found.subject !== subject) throw new Error(`is of ${found.kind} ${found.subject}`);
    return { ...whose, ends: found.notAfter === undefined ? Infinity : Date.parse(found.notAfter) };
  } catch (error) {
    return { ...whose, ends: 0, problem: (error as Error).message };
  }
}
