import { Redis } from "ioredis";
import { type Connector, connector } from "./connector.ts";
import { ADMIN, type StoreEndpoint } from "./endpoint.ts";

/** One command as it goes to the server. */
export type RedisCommand = readonly [name: string, ...args: (string | number)[]];

/** Redis as its administrator sees it. */
export const redisStore = (): Connector<Redis> =>
  connector<Redis>({
    store: "redis",
    open,
    close: async (client) => client.disconnect(),
    refused: (error) => error instanceof Error && /WRONGPASS|NOAUTH/.test(error.message),
  });

/** The process's own connections. */
export const redis: Connector<Redis> = redisStore();

async function open(endpoint: StoreEndpoint): Promise<Redis> {
  const client = new Redis({
    host: "127.0.0.1",
    port: endpoint.port,
    tls: { ca: endpoint.ca, servername: endpoint.servername, minVersion: "TLSv1.2" },
    username: ADMIN,
    password: endpoint.secret,
    connectionName: "dsmil-provider",
    protocol: 2,
    lazyConnect: true,
    connectTimeout: 10_000,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let last: unknown;
  client.on("error", (error: unknown) => {
    last = error;
  });
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw last ?? error;
  }
}

/**
 * Runs commands in one round trip and as one transaction: all of them run with nothing in between, each even if one
 * before it fails.
 * @returns the replies in order; a failed command's is its Error
 */
export async function transaction(client: Redis, commands: readonly RedisCommand[]): Promise<unknown[]> {
  const multi = client.multi();
  for (const [name, ...args] of commands) multi.call(name, ...args.map(String));
  const replies = await multi.exec();
  if (replies === null) throw new Error("Redis aborted a transaction that watches nothing");
  return replies.map(([error, reply]) => error ?? reply);
}
