import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { Agent, type ClientRequestArgs } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** Linux: opens a file's name only (open(2)). */
const O_PATH = 0o10000000;

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * Connections to one container's inbox.sock. The container owns that name and could lay a link there that leads the
 * gateway to another container's socket: the socket itself is opened, without following links, and connected to.
 */
export class InboxAgent extends Agent {
  private readonly path: string;

  constructor(path: string) {
    super({ keepAlive: true, maxSockets: 128, maxFreeSockets: 8 });
    this.path = path;
  }

  override createConnection(_options: ClientRequestArgs, done?: Connected): undefined {
    const failed = (error: Error): void => (done as ((error: Error) => void) | undefined)?.(error);
    let fd: number | undefined;
    try {
      fd = openSync(this.path, O_PATH | constants.O_NOFOLLOW);
      if (!fstatSync(fd).isSocket()) throw Object.assign(new Error("inbox.sock is no socket"), { code: "ENOTSOCK" });
      const [socket, name] = [connect(`/proc/self/fd/${fd}`), fd];
      fd = undefined;
      const release = (): void => closeSync(name);
      socket.once("connect", () => {
        socket.off("close", release);
        release();
        done?.(null, socket);
      });
      socket.once("error", failed);
      socket.once("close", release);
    } catch (error) {
      if (fd !== undefined) closeSync(fd);
      process.nextTick(failed, error as Error);
    }
    return undefined;
  }
}
