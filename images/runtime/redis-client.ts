import { Redis } from "ioredis";
import type { Log } from "./log.ts";
import { readSecret } from "./secret-file.ts";
import type { RedisConfig } from "./tenant-config.ts";

/** How one connection is used. */
export interface RedisClientOptions {
  /** Name in CLIENT LIST. */
  readonly name: string;
  /** Silence after a command, in milliseconds, that means the connection is dead (default 10,000). */
  readonly silenceMs?: number;
}

/**
 * One connection to Redis over TLS as an ACL user. It reconnects for ever (0.1 s to 2 s apart) and reads the password
 * from its file each time, so a rotation needs no restart. A command that cannot be sent, or whose answer is lost,
 * fails at once: the caller knows whether repeating it is safe. Commands outside the tenant's ACL (INFO, CLIENT
 * SETINFO) are never sent.
 */
export function createRedis(config: RedisConfig, options: RedisClientOptions, log: Log): Redis {
  let announced = "";
  const redis = new Redis({
    host: config.host,
    port: config.port,
    username: config.user,
    password: readSecret(config.passwordFile),
    connectionName: options.name,
    tls: { ca: config.ca, servername: config.host, minVersion: "TLSv1.2" },
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5000,
    socketTimeout: options.silenceMs ?? 10_000,
    retryStrategy: (attempt) => {
      try {
        redis.options.password = readSecret(config.passwordFile);
      } catch (error) {
        log.error({ err: error }, "redis password file is unreadable; trying with the one before");
      }
      return Math.min(2000, 100 * 2 ** Math.min(attempt - 1, 10)) * (1 - Math.random() / 4);
    },
  });
  redis.on("error", (error: Error) => {
    // The same failure repeats with each attempt: one line tells it, the recovery tells its end.
    if (error.message !== announced) {
      announced = error.message;
      log.warn({ connection: options.name, host: config.host, reason: error.message }, "redis connection failed");
    }
  });
  redis.on("ready", () => {
    announced = "";
    log.info({ connection: options.name, host: config.host }, "redis connected");
  });
  return redis;
}
