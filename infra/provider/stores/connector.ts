import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext } from "../handler.ts";
import { openEndpoint, type StoreEndpoint, type StoreKind, secretFile, storeName } from "./endpoint.ts";
import { isTransient, StoreDown } from "./errors.ts";

/** How one store's client comes to be and goes. */
export interface ClientKind<C> {
  readonly store: StoreKind;
  /** Connects, authenticates and asks the server something; throws when any of that fails. */
  open(endpoint: StoreEndpoint, variant: string): Promise<C>;
  close(client: C): Promise<void>;
  /** Whether the server refused the administrator's secret. */
  refused(error: unknown): boolean;
}

/** Clients of one store: one for each node (and variant, a database for example) and process. */
export interface Connector<C> {
  /**
   * Runs `work` with the client, connecting first when there is none. When the connection breaks in the middle, or the
   * administrator's secret has changed, it is made again and `work` starts over once, so `work` must be repeatable.
   * @throws StoreDown, or an error that names the store and node, when the store is not ready within `readyMs`
   */
  use<T>(ctx: HandlerContext, node: string, work: (client: C) => Promise<T>, variant?: string): Promise<T>;
  /** The same for looking only: a container that does not run is an error at once (`StoreDown`). */
  look<T>(ctx: HandlerContext, node: string, work: (client: C) => Promise<T>, variant?: string): Promise<T>;
  /** Closes all clients. */
  close(): Promise<void>;
}

interface Live<C> {
  readonly client: C;
  readonly endpoint: StoreEndpoint;
}

/** Longest that a store may take to get ready, ms: the first start of PostgreSQL on a slow disk, with room. */
const READY_MS = 60_000;
/** Tries when the server answers but refuses: it may be about to take over a new password or certificate. */
const REFUSALS = 3;
const PAUSE_MS = 300;

export function connector<C>(kind: ClientKind<C>, readyMs = READY_MS): Connector<C> {
  const open = new Map<string, Promise<Live<C>>>();

  const run = async <T>(
    ctx: HandlerContext,
    node: string,
    variant: string,
    waits: boolean,
    work: (client: C) => Promise<T>,
  ): Promise<T> => {
    const key = `${node}/${variant}`;
    const forget = (pending: Promise<Live<C>>): void => {
      if (open.get(key) === pending) open.delete(key);
    };
    for (let again = false; ; again = true) {
      const shared = open.get(key);
      const pending = shared ?? openReady(kind, ctx, node, variant, { readyMs, downMs: waits ? readyMs : 0 });
      open.set(key, pending);
      let live: Live<C>;
      try {
        live = await pending;
      } catch (error) {
        forget(pending);
        // Somebody who was only looking found the store down; who needs it waits.
        if (waits && shared && error instanceof StoreDown) continue;
        throw error;
      }
      ctx.hide(live.endpoint.secret);
      try {
        return await work(live.client);
      } catch (error) {
        // A refusal: the administrator's secret changed since, and the node has the new one.
        const refused = kind.refused(error);
        if (!refused && !isTransient(error)) throw error;
        forget(pending);
        await dispose(kind, live);
        if (!again) continue;
        throw refused
          ? explained(kind, node, error)
          : new Error(`${storeName(kind.store, node)}: connection lost`, { cause: error });
      }
    }
  };

  return {
    use: (ctx, node, work, variant = "") => run(ctx, node, variant, true, work),
    look: (ctx, node, work, variant = "") => run(ctx, node, variant, false, work),
    async close() {
      const all = [...open.values()];
      open.clear();
      await Promise.all(all.map((pending) => pending.then((live) => dispose(kind, live)).catch(() => undefined)));
    },
  };
}

/** Opens a client, again and again while the store is not ready. */
async function openReady<C>(
  kind: ClientKind<C>,
  ctx: HandlerContext,
  node: string,
  variant: string,
  limits: { readonly readyMs: number; readonly downMs: number },
): Promise<Live<C>> {
  const started = Date.now();
  for (let refusals = 0; ; await sleep(PAUSE_MS, undefined, { signal: ctx.signal })) {
    try {
      return await openOnce(kind, ctx, node, variant);
    } catch (error) {
      ctx.signal.throwIfAborted();
      const waited = Date.now() - started;
      if (error instanceof StoreDown) {
        if (waited >= limits.downMs) throw error;
      } else if (isTransient(error)) {
        if (waited < limits.readyMs) continue;
        throw new Error(`${storeName(kind.store, node)} was not ready within ${waited / 1000} s`, { cause: error });
      } else if (++refusals >= REFUSALS) throw explained(kind, node, error);
    }
  }
}

async function openOnce<C>(kind: ClientKind<C>, ctx: HandlerContext, node: string, variant: string): Promise<Live<C>> {
  const endpoint = await openEndpoint(ctx, node, kind.store);
  try {
    return { endpoint, client: await kind.open(endpoint, variant) };
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}

function explained<C>(kind: ClientKind<C>, node: string, error: unknown): Error {
  const where = storeName(kind.store, node);
  if (kind.refused(error)) {
    const container = `dsmil-${kind.store}`;
    return new Error(`${where} refuses the administrator's secret in ${secretFile(kind.store)}: restart ${container}`, {
      cause: error,
    });
  }
  return new Error(where, { cause: error });
}

async function dispose<C>(kind: ClientKind<C>, live: Live<C>): Promise<void> {
  await kind.close(live.client).catch(() => undefined);
  await live.endpoint.close().catch(() => undefined);
}
