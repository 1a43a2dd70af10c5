import { readAccess } from "../../access/access.ts";
import { connect } from "../../access/connection.ts";
import type { Model } from "../../model/types.ts";

/** What an engine was told of a container. */
export interface EngineFacts {
  readonly restart: string;
  readonly healthCheck: boolean;
}

interface Inspected {
  readonly Name: string;
  readonly HostConfig: { readonly RestartPolicy: { readonly Name: string } };
  readonly Config: { readonly Healthcheck?: { readonly Test?: readonly string[] } };
}

/** Of every container of the manifest that is there, by name; of a node that cannot be reached nothing is known. */
export async function engineFacts(root: string, model: Model): Promise<Map<string, EngineFacts>> {
  const found = await Promise.all(model.nodes.map(({ id }) => ofNode(root, model, id).catch(() => [])));
  return new Map(found.flat());
}

async function ofNode(root: string, { containers }: Model, node: string): Promise<(readonly [string, EngineFacts])[]> {
  const names = containers.filter((plan) => plan.node === node).map(({ name }) => name);
  if (names.length === 0) return [];
  const connection = await connect(readAccess(root, node));
  // It prints what it found even where it exits non-zero because something is missing.
  const { stdout } = await connection.exec(["docker", "container", "inspect", ...names], { timeoutMs: 20_000 });
  return (JSON.parse(stdout || "[]") as Inspected[]).map(({ Name, HostConfig, Config }) => {
    const test = Config.Healthcheck?.Test ?? [];
    const healthCheck = test.length > 0 && test[0] !== "NONE";
    return [Name.replace(/^\//, ""), { restart: HostConfig.RestartPolicy.Name, healthCheck }] as const;
  });
}
