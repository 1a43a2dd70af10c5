import * as pulumi from "@pulumi/pulumi";

/** One registration as the engine would have received it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Credentials as the data stack would hand them over. */
const tenantSecrets = (id: string) => ({
  redis: { writer: `${id}-redis-writer-secret`, reader: "r", ingest: "i" },
  postgres: { app: `${id}-postgres-secret`, reader: "r" },
  qdrantToken: `${id}-qdrant-secret`,
  apiKeys: { default: `sk-${id}-secret` },
  signing: { publicKey: "00", seed: `${id}-seed-secret`, certificate: "{}" },
});

/** Runs a stack's composition against a recording engine and returns what it registered, in order of name. */
export async function record(stack: string, tenants: readonly string[], compose: () => unknown): Promise<Registration[]> {
  const seen: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:pulumi:StackReference") return { id: name, state: { ...inputs, outputs: dataOutputs(tenants) } };
        seen.push({ type, name, inputs });
        const outputs = { certPem: `${name}-cert`, privateKeyPem: `${name}-key-secret`, result: `${name}-password-secret`, publicKey: "00", seed: "11", token: `${name}-token` };
        return { id: `${name}-id`, state: { ...outputs, ...inputs } };
      },
      call: ({ inputs }) => inputs,
    },
    "dsmil",
    stack,
    false,
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    compose();
    return {};
  });
  return seen.filter((r) => !r.type.startsWith("dsmil:component:") && r.type !== "pulumi:pulumi:Stack").sort((a, b) => `${a.type}${a.name}`.localeCompare(`${b.type}${b.name}`));
}

function dataOutputs(tenants: readonly string[]) {
  return {
    caCert: "ca-cert",
    rootPublicKey: "00",
    rootSeed: "root-seed-secret",
    certificates: { haproxy: { cert: "front-cert", key: "front-key-secret" } },
    tenants: Object.fromEntries(tenants.map((t) => [t, tenantSecrets(t)])),
  };
}
