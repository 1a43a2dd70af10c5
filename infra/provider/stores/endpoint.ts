import type { HandlerContext } from "../handler.ts";
import { StoreDown } from "./errors.ts";

/** The stores that the provider administers. */
export type StoreKind = "redis" | "postgres" | "qdrant";

/** How an administrator reaches a store. */
export interface StoreEndpoint {
  readonly store: StoreKind;
  readonly node: string;
  /** Port on this machine's loopback that leads to the store. */
  readonly port: number;
  /** Name that the server's certificate must carry. */
  readonly servername: string;
  /** PEM of the fleet's CA as the node has it; nothing else is trusted. */
  readonly ca: string;
  /** The administrator's password or API key. */
  readonly secret: string;
  /** Gives the forward back. */
  close(): Promise<void>;
}

/** Name of the administrator in Redis and PostgreSQL. */
export const ADMIN = "dsmil_admin";

const FLEET_CA = "/etc/dsmil/ca/ca.crt";

const stores: Readonly<Record<StoreKind, { readonly title: string; readonly port: number; readonly secret: string }>> =
  {
    redis: { title: "Redis", port: 6379, secret: "/etc/dsmil/admin/redis_password" },
    postgres: { title: "PostgreSQL", port: 5432, secret: "/etc/dsmil/admin/postgres_password" },
    qdrant: { title: "Qdrant", port: 6333, secret: "/etc/dsmil/admin/qdrant_api_key" },
  };

/** `Redis on node-c` */
export const storeName = (store: StoreKind, node: string): string => `${stores[store].title} on ${node}`;

/** The node's file with the administrator's secret. */
export const secretFile = (store: StoreKind): string => stores[store].secret;

/**
 * Reads the CA and the administrator's secret from the node and opens a forward to the store's container. The
 * container's own address is used, so that it makes no difference where its port is published.
 * @throws StoreDown when the container does not run; Error naming the node and the file that cannot be read
 */
export async function openEndpoint(ctx: HandlerContext, node: string, store: StoreKind): Promise<StoreEndpoint> {
  const link = await ctx.connect(node);
  const { port, secret: file } = stores[store];
  const container = `dsmil-${store}`;
  const address = "{{.State.Running}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
  const options = { timeoutMs: 20_000, signal: ctx.signal };
  const [files, inspected] = await Promise.all([
    link.exec(["cat", FLEET_CA, file], options),
    link.exec(["docker", "container", "inspect", "--format", address, container], options),
  ]);
  const [running, host] = inspected.stdout.trim().split(/\s+/);
  if (inspected.code !== 0 || running !== "true" || !host) {
    const why = inspected.code === 0 ? "is stopped" : inspected.stderr.trim() || "cannot be inspected";
    const gone = /no such container/i.test(inspected.stderr);
    throw new StoreDown(`${storeName(store, node)}: container ${container} ${why}`, gone);
  }
  const { ca, secret } = split(files.stdout);
  if (files.code !== 0 || secret === "") {
    const why = files.stderr.trim() || `${file} is empty`;
    throw new Error(
      `${storeName(store, node)}: cannot read ${FLEET_CA} and ${file}: ${why}; \`pulumi up\` writes them`,
    );
  }
  ctx.hide(secret);
  const forward = await link.forward(host, port);
  return {
    store,
    node,
    port: forward.port,
    servername: `${store}.dsmil.local`,
    ca,
    secret,
    close: async () => forward.close(),
  };
}

/** The certificates at the head of the text, and what follows them. */
function split(text: string): { ca: string; secret: string } {
  const last = "-----END CERTIFICATE-----";
  const at = text.lastIndexOf(last);
  const end = at < 0 ? 0 : at + last.length;
  return { ca: text.slice(0, end), secret: text.slice(end).trim() };
}
