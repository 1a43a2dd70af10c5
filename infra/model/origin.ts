import type { ManifestError, ManifestPath } from "./manifest-error.ts";
import type { ManifestSource } from "./source.ts";

/** A place in the manifest. */
export type Origin = Pick<ManifestError, "file" | "line" | "column" | "path">;

/** What is known of a resource that came from the manifest. */
export interface Descent {
  /** Id of the service whose container it is. */
  readonly service?: string | undefined;
  /** Id of the tenant it belongs to. */
  readonly tenant?: string | undefined;
  /** Id of the network it is. */
  readonly network?: string | undefined;
  /** Key of the entry that decides the matter: `publish`. */
  readonly key?: string | undefined;
}

/**
 * Where in the manifest a resource comes from: its service's entry, else its network's, else its tenant's; there the key, or
 * where the entry begins when it does not say it. Undefined for what no entry stands for.
 */
export function originOf(source: ManifestSource, { service, tenant, network, key }: Descent): Origin | undefined {
  const path =
    entry(source.data, "services", service) ??
    entry(source.data, "networks", network) ??
    entry(source.data, "tenants", tenant);
  if (path === undefined) return undefined;
  const {
    file,
    line,
    column,
    path: shown,
  } = source.locate({ path: key === undefined ? path : [...path, key], message: "" });
  return { file, line, column, path: shown };
}

/** `manifest.yaml:80:5  services[3].publish` */
export function formatOrigin({ file, line, column, path }: Origin): string {
  return `${file}:${line}:${column}  ${path}`;
}

function entry(data: unknown, list: string, id: string | undefined): ManifestPath | undefined {
  if (id === undefined || data === null || typeof data !== "object") return undefined;
  const entries = (data as Readonly<Record<string, unknown>>)[list];
  if (!Array.isArray(entries)) return undefined;
  const index = entries.findIndex((one: unknown) => (one as { id?: unknown } | null)?.id === id);
  return index < 0 ? undefined : [list, index];
}
