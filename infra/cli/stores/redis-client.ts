import { Redis } from "ioredis";
import type { Endpoint } from "./endpoints.ts";

/** Who connects, and how patiently. */
export interface RedisLogin {
  readonly user: string;
  readonly password: string;
  /** Silence after a command that means the connection is dead, ms; default 10,000. */
  readonly silenceMs?: number;
}

/**
 * A connection to Redis that is logged in, over verified TLS. It never reconnects and never repeats a command by
 * itself: a command whose answer is lost fails, and the caller decides. Only commands that were asked for are sent, as
 * a tenant's users may do few.
 * @throws Error with the server's words (`WRONGPASS …`) or the socket's
 */
export async function connectRedis(
  endpoint: Endpoint,
  { user, password, silenceMs = 10_000 }: RedisLogin,
): Promise<Redis> {
  const { host, port, servername, ca } = endpoint;
  const redis = new Redis({
    host,
    port,
    username: user,
    password,
    tls: { ca, servername, minVersion: "TLSv1.2" },
    protocol: 2,
    lazyConnect: true,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 10_000,
    socketTimeout: silenceMs,
    retryStrategy: () => null,
  });
  let last: Error | undefined;
  redis.on("error", (error: Error) => {
    last = error;
  });
  try {
    await redis.connect();
    // With wrong credentials the connection stands, and only the first command is refused.
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    const failed = error as Error;
    throw /^(NOAUTH|Connection is closed)/.test(failed.message) ? (last ?? failed) : failed;
  }
}
