import { chmod, lstat, unlink } from "node:fs/promises";
import fastify, { type FastifyInstance } from "fastify";
import { LIMITS } from "../../../runtime/dbe/codec/constants.ts";
import { CONTENT_TYPE, MESSAGES_PATH } from "../../../runtime/dbe/local/post-frame.ts";
import type { Log } from "../../../runtime/log.ts";

/** Connections of one container; each can hold a message of 1 MiB that is not yet decided on. */
const MOST_CONNECTIONS = 64;

/** Answers one frame with one frame; never throws. */
export type FrameHandler = (frame: Buffer) => Promise<Buffer>;

/** gateway.sock of one container's folder: HTTP, `POST /v1/messages` with a frame, answered with a frame. */
export class FolderServer {
  readonly path: string;
  private readonly app: FastifyInstance;
  private inode: bigint | undefined;

  constructor(folder: string, handle: FrameHandler, log: Log) {
    this.path = `${folder}/gateway.sock`;
    this.app = fastify({
      bodyLimit: LIMITS.frame,
      logger: false,
      requestTimeout: 30_000,
      keepAliveTimeout: 120_000,
      http: { headersTimeout: 10_000, maxHeaderSize: 8 * 1024 },
      forceCloseConnections: "idle",
    }) as unknown as FastifyInstance;
    // Anything else a body could be is refused with 415 before it is read.
    this.app.removeAllContentTypeParsers();
    this.app.addContentTypeParser(CONTENT_TYPE, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    this.app.post(MESSAGES_PATH, async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) return reply.code(415).send({ error: `send ${CONTENT_TYPE}` });
      return reply.type(CONTENT_TYPE).send(await handle(request.body));
    });
    this.app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500) log.error({ err: error }, "local message failed");
      return reply.code(status).send({ error: status >= 500 ? "internal error" : error.message });
    });
    this.app.server.maxConnections = MOST_CONNECTIONS;
  }

  /** Listens; a socket that an earlier process left is replaced. */
  async listen(): Promise<void> {
    const found = await lstat(this.path).catch(() => undefined);
    if (found?.isSocket() || found?.isSymbolicLink()) await unlink(this.path);
    await this.app.listen({ path: this.path });
    // The folder decides who gets here.
    await chmod(this.path, 0o666);
    this.inode = (await lstat(this.path, { bigint: true })).ino;
  }

  /** Whether the socket in the folder is still ours: the folder may have been made anew. */
  async isThere(): Promise<boolean> {
    const found = await lstat(this.path, { bigint: true }).catch(() => undefined);
    return found !== undefined && found.ino === this.inode;
  }

  /** Takes nothing new; what is under way may end within `graceMs`, and is cut off then: its client asks again. */
  async close(graceMs = 0): Promise<void> {
    const cut = setTimeout(() => this.app.server.closeAllConnections(), graceMs);
    await this.app.close();
    clearTimeout(cut);
  }
}
