import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Below are the ports of well-known and of our own services. */
const LOWEST = 10_240;
/** Where Linux by default begins to take source ports of outgoing connections from. */
const DEFAULT_EPHEMERAL = 32_768;
const RANGE_FILE = "/proc/sys/net/ipv4/ip_local_port_range";

/**
 * A TCP port that nobody listens on now, on any address of this machine.
 *
 * Drawn at random from below the range that the kernel gives to outgoing connections and to `listen(0)`: between this look
 * and the moment the caller's program listens, neither can take it, and another caller hardly draws the same.
 * @param count how many ports in a row have to be free; the first is returned
 * @throws Error when a hundred draws found none
 */
export async function freePort(count = 1): Promise<number> {
  const end = firstEphemeral() - count;
  for (let draw = 0; draw < 100; draw++) {
    const first = randomInt(LOWEST, end);
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no free TCP port was found between ${LOWEST} and ${end}`);
}

function firstEphemeral(): number {
  const first = Number.parseInt(readFileSync(RANGE_FILE, "utf8"), 10);
  // A machine that gives nearly everything to outgoing connections leaves no range of our own.
  return first > LOWEST + 1000 ? first : DEFAULT_EPHEMERAL;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
