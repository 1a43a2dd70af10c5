import { generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { disconnect } from "@pulumi/pulumi/runtime/settings.js";
import { allModelNames, type ModelVersion, modelVersion } from "../../infra/models/model-release.ts";

const root = resolve(import.meta.dirname, "../..");
const releases = allModelNames(root).map((name) => modelVersion(root, name));

/** Of an operator: what it is known by is computed from it. */
const PUBLIC_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });

/** A model, as far as its signature is known by it. */
type Release = Pick<ModelVersion, "name" | "digest">;

/** One registration as the engine would have received it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Credentials as the data stack would hand them over. */
const tenantSecrets = (id: string) => ({
  redis: { writer: `${id}-redis-writer-hidden`, reader: "r", ingest: "i" },
  postgres: { app: `${id}-postgres-hidden`, reader: "r" },
  qdrantToken: `${id}-qdrant-hidden`,
  apiKeys: { default: `sk-${id}-hidden` },
  tokens: { ingest: `${id}-ingest-hidden`, shrink: `${id}-shrink-hidden` },
  coalition: { seed: `${id}-coalition-hidden`, certificate: `coalition certificate of ${id}` },
  signing: { publicKey: "00", seed: `${id}-seed-hidden`, certificate: "{}" },
});

/**
 * Runs a stack's composition against a recording engine and returns what it registered, in order of name.
 * @param policies bundles that the data stack has signed, by tenant, where they are not the first ones
 * @param signed models that the data stack has signed beside the project's
 */
export async function record(
  stack: string,
  tenants: readonly string[],
  compose: () => unknown,
  policies: Readonly<Record<string, string>> = {},
  signed: readonly Release[] = [],
): Promise<Registration[]> {
  const seen: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference")
          return { id: name, state: { ...inputs, outputs: dataOutputs(tenants, policies, signed) } };
        seen.push({ type, name, inputs });
        const outputs = {
          certPem: `${name}-cert`,
          privateKeyPem: `${name}-key-hidden`,
          result: `${name}-password-hidden`,
          publicKey: "00",
          publicKeyPem: PUBLIC_KEY,
          seed: "11",
          token: `${name}-token`,
          certificate: "{}",
          tpmGroup: "",
          hex: "0123456789",
          ...(type === "dsmil:index:PolicyBundle" && { bundle: `bundle of ${name}\n`, version: 1 }),
        };
        return { id: `${name}-id`, state: { ...outputs, ...inputs } };
      },
      call: ({ inputs }) => inputs,
    },
    "dsmil",
    stack,
    false,
    "organization",
  );
  compose();
  await disconnect();
  return seen
    .filter((r) => !r.type.startsWith("dsmil:component:") && r.type !== "pulumi:pulumi:Stack")
    .sort((a, b) => `${a.type}${a.name}`.localeCompare(`${b.type}${b.name}`));
}

function dataOutputs(
  tenants: readonly string[],
  policies: Readonly<Record<string, string>>,
  signed: readonly Release[],
) {
  const all: readonly Release[] = [...releases, ...signed];
  return {
    caCert: "ca-cert",
    rootPublicKey: "00",
    rootSeed: "root-seed-hidden",
    certificates: Object.fromEntries(
      [
        "haproxy",
        "shrink",
        "prometheus",
        "alertmanager",
        "node-a",
        "node-b",
        "agent_node-a",
        "agent_node-b",
        "shipper_node-a",
        "shipper_node-b",
        "control_node-a",
        "control_node-b",
        ...tenants.flatMap((t) => [`ingest_${t}`, `shrink_${t}`]),
      ].map((id) => [id, { cert: `${id}-cert`, key: `${id}-key-hidden` }]),
    ),
    serverCertificates: Object.fromEntries(
      [
        ...["redis", "postgres", "qdrant", "haproxy", "shrink", "prometheus", "alertmanager", "log-gate", "portainer"],
        ...["node-a", "node-b", "node-c"],
      ].map((id) => [id, `${id}-cert`]),
    ),
    monitoring: {
      clientsCa: "clients-ca",
      operator: { cert: "operator-cert", key: "operator-key-hidden" },
      self: { cert: "self-cert", key: "self-key-hidden" },
    },
    control: {
      clientsCa: "control-ca",
      operators: { admin: { cert: "admin-cert", key: "admin-key-hidden", publicKey: PUBLIC_KEY } },
    },
    audit: { readerPassword: "audit-reader-hidden" },
    auditPasswords: { "node-a": "audit-a-hidden", "node-b": "audit-b-hidden" },
    tenants: Object.fromEntries(tenants.map((t) => [t, tenantSecrets(t)])),
    modelSignatures: Object.fromEntries(all.map(({ name, digest }) => [digest, `signature of ${name}`])),
    policies: Object.fromEntries(
      tenants.map((t) => [t, { bundle: policies[t] ?? `bundle of ${t}\n`, data: `data of ${t}\n` }]),
    ),
  };
}
