import { rmSync } from "node:fs";
import { type ApiOptions, createApi } from "../../../runtime/api/api.ts";
import type { TenantBook } from "../tenant-book.ts";
import { addReading } from "./routes.ts";

/** Name of the socket in a tenant's folder. */
const SOCKET = "shrink.sock";

type Shared = Pick<ApiOptions<string>, "health" | "metrics" | "log">;

/**
 * A socket in each tenant's folder, by which the tenant's own services on the node read its figures: only their containers
 * have the folder, so that it says who asks, and no network and no secret is needed.
 */
export class Sockets {
  private readonly folder: string;
  private readonly book: TenantBook;
  private readonly shared: Shared;
  private readonly servers = new Map<string, ReturnType<typeof createApi<string>>["app"]>();

  constructor(folder: string, book: TenantBook, shared: Shared) {
    this.folder = folder;
    this.book = book;
    this.shared = shared;
  }

  /** Tenants that have a socket. */
  get count(): number {
    return this.servers.size;
  }

  /** Opens sockets of tenants that have none and closes those of tenants that are gone. Never throws. */
  async refresh(): Promise<void> {
    const ids = new Set(this.book.ids);
    for (const [id, server] of this.servers) {
      if (ids.has(id)) continue;
      this.servers.delete(id);
      await server.close();
    }
    for (const id of ids) if (!this.servers.has(id)) await this.open(id);
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
    this.servers.clear();
  }

  private async open(id: string): Promise<void> {
    const path = `${this.folder}/${id}/${SOCKET}`;
    const limits = { bodyLimit: 1024, mostUnderWay: 16 };
    const api = createApi<string>({ name: "shrink.socket", ...this.shared, ...limits, identify: () => id });
    addReading(api, this.book);
    try {
      // Of a process before us that was killed.
      rmSync(path, { force: true });
      await api.app.listen({ path });
      this.servers.set(id, api.app);
    } catch (error) {
      await api.app.close();
      this.shared.log.warn({ tenant: id, path, reason: (error as Error).message }, "no socket yet; trying again");
    }
  }
}
