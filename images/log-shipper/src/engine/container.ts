import { jsonObject } from "../../../runtime/json-object.ts";

/** What Loki knows a container's lines by; bounded: all come from the manifest. */
export interface ContainerLabels {
  readonly node: string;
  /** Lower-case id, or `shared`. */
  readonly tenant: string;
  readonly service: string;
  readonly container: string;
  readonly layer?: string;
  readonly device?: string;
}

const VALUE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/**
 * The labels of a container of the fleet, from the engine's `config.v2.json`; undefined where it is none of ours, or of
 * another node.
 */
export function containerLabels(text: string, node: string): ContainerLabels | undefined {
  const file = jsonObject(text);
  const given = object(object(file?.Config)?.Labels);
  const read = (value: unknown): string | undefined =>
    typeof value === "string" && VALUE.test(value) ? value : undefined;
  const container = typeof file?.Name === "string" ? read(file.Name.replace(/^\//, "")) : undefined;
  const [tenant, service] = [read(given?.["dsmil.tenant"]), read(given?.["dsmil.service"])];
  if (container === undefined || tenant === undefined || service === undefined) return undefined;
  if (given?.["dsmil.node"] !== node) return undefined;
  const [layer, device] = [read(given["dsmil.layer"]), read(given["dsmil.device"])];
  return {
    ...{ node, tenant, service, container },
    ...(layer !== undefined && { layer }),
    ...(device !== undefined && { device }),
  };
}

function object(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
