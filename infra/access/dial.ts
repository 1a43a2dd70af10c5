import { createConnection, type Socket } from "node:net";
import { NodeSSH } from "node-ssh";
import type { ServerHostKeyAlgorithm } from "ssh2";
import type { NodeAccess } from "./access.ts";
import { fingerprint, hostKeyAlgorithms, keyType, parseHostKey } from "./host-key.ts";
import { type Identities, identities } from "./identities.ts";
import { NodeError } from "./node-error.ts";

/** Bounds of one try and of all tries together, ms. */
export interface DialLimits {
  readonly tryMs: number;
  readonly totalMs: number;
  readonly tries: number;
}

export const DIAL_LIMITS: DialLimits = { tryMs: 10_000, totalMs: 20_000, tries: 3 };

/** Milliseconds of silence after which a connection is asked for life; three unanswered asks end it. */
const KEEPALIVE_MS = 3_000;

/**
 * A logged-in connection to a node whose host key is the pinned one. Tries again with a growing pause, except where
 * another try cannot help (wrong host key, refused login).
 * @throws NodeError naming node, endpoint and the last cause.
 */
export async function dial(access: NodeAccess, limits: DialLimits = DIAL_LIMITS): Promise<NodeSSH> {
  const started = Date.now();
  const left = (): number => limits.totalMs - (Date.now() - started);
  for (let attempt = 1; ; attempt++) {
    try {
      return await dialOnce(access, Math.min(limits.tryMs, left()));
    } catch (error) {
      if (error instanceof NodeError && error.permanent) throw error;
      const pause = 300 * 3 ** (attempt - 1);
      if (attempt < limits.tries && left() > pause + 100) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        continue;
      }
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const tries = attempt === 1 ? "1 try" : `${attempt} tries`;
      throw new NodeError(access, `cannot connect: ${reason(error)} (${tries} in ${seconds} s). ${remedy(access)}`, {
        cause: error,
      });
    }
  }
}

async function dialOnce(access: NodeAccess, timeoutMs: number): Promise<NodeSSH> {
  const pinned = parseHostKey(access.hostKey);
  const keys = loadIdentities(access);
  const deadline = Date.now() + timeoutMs;
  const sock = await openSocket(access.host, access.port, timeoutMs);
  let offered: Buffer | undefined;
  const ssh = new NodeSSH();
  const login = ssh.connect({
    sock,
    username: access.user,
    authHandler: keys.methods,
    algorithms: { serverHostKey: [...hostKeyAlgorithms(pinned.type)] as ServerHostKeyAlgorithm[] },
    hostVerifier: (key: Buffer) => {
      offered = key;
      return key.equals(pinned.blob);
    },
    readyTimeout: Math.max(1, deadline - Date.now()),
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: 3,
  });
  // The library stops listening once it is logged in; an unheard error event would end the process.
  ssh.connection?.on("error", () => undefined).setMaxListeners(0);
  try {
    return await login;
  } catch (error) {
    sock.destroy();
    throw explain(access, pinned, offered, keys, error);
  }
}

function loadIdentities(access: NodeAccess): Identities {
  try {
    return identities(access);
  } catch (error) {
    throw new NodeError(access, `cannot log in: ${(error as Error).message}`, { cause: error, permanent: true });
  }
}

function openSocket(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const sock = createConnection({ host, port, noDelay: true });
    const timer = setTimeout(() => {
      sock.destroy();
      reject(new Error(`no answer within ${(timeoutMs / 1000).toFixed(0)} s`));
    }, timeoutMs);
    sock.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    sock.once("connect", () => {
      clearTimeout(timer);
      resolve(sock);
    });
  });
}

function explain(
  access: NodeAccess,
  pinned: { type: string; blob: Buffer },
  offered: Buffer | undefined,
  keys: Identities,
  error: unknown,
): unknown {
  const expected = `${pinned.type} ${fingerprint(pinned.blob)}`;
  const where = access.source ?? "its configuration";
  if (offered !== undefined && !offered.equals(pinned.blob)) {
    const got = `${keyType(offered)} ${fingerprint(offered)}`;
    return new NodeError(
      access,
      `host key refused: expected ${expected} (${where}), the machine shows ${got}. Somebody may be in between, or ` +
        `the machine was set up anew: compare with "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" on its own ` +
        `console before you change the pinned key`,
      { cause: error, permanent: true },
    );
  }
  const message = reason(error);
  if (/no matching host key/i.test(message)) {
    return new NodeError(
      access,
      `host key refused: expected ${expected} (${where}), the machine has no key of that type`,
      { cause: error, permanent: true },
    );
  }
  if (/authentication methods failed/i.test(message)) {
    return new NodeError(access, `login refused for user ${access.user} with ${keys.tried}`, {
      cause: error,
      permanent: true,
    });
  }
  return error;
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  EHOSTUNREACH: "no route to the machine",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "host name unknown",
  EAI_AGAIN: "host name cannot be resolved now",
  ECONNRESET: "connection reset",
  ETIMEDOUT: "no answer",
};

/** A short cause for people. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  return (typeof code === "string" ? CAUSES[code] : undefined) ?? error.message;
}

function remedy(access: NodeAccess): string {
  return access.source?.startsWith(".dsmil/")
    ? `Is the lab machine running? "bin/dsmil lab create" starts it again`
    : `Is the machine up, and does sshd listen there? The endpoint comes from ${access.source ?? "the configuration"}`;
}
