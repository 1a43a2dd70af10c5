import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { FolderServer } from "../../../images/dbe-gateway/src/local/folder-server.ts";
import { Folders } from "../../../images/dbe-gateway/src/local/folders.ts";
import { FLAGS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { decodeLocal, encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { DbeClient } from "../../../images/runtime/dbe/local/client.ts";
import { parseFolderIdentity } from "../../../images/runtime/dbe/local/folder-identity.ts";
import { quiet } from "./support/fleet.ts";
import { TestFolder } from "./support/folder.ts";

const folder = new TestFolder();
const open = <T extends { close(): unknown }>(one: T): T => folder.open(one);

describe("a folder's socket", () => {
  const answer = async (frame: Buffer): Promise<Buffer> => {
    const asked = decodeLocal(frame);
    return encodeLocal({ ...asked, type: TYPES.ECHO_RESP, flags: FLAGS.RESPONSE });
  };

  it("replaces one that an earlier process left, and takes frames at one path only", async () => {
    const stale = createServer().listen(`${folder.path}/gateway.sock`);
    await new Promise((resolve) => stale.once("listening", resolve));
    const server = open(new FolderServer(folder.path, answer, quiet()));
    await server.listen();
    expect(await server.isThere()).toBe(true);
    const client = open(new DbeClient({ folder: folder.path }));
    const ask = { type: TYPES.ECHO_REQ, tenant: "ALPHA", destination: 61, payload: Buffer.from("hi") };
    expect(String((await client.request(ask)).payload)).toBe("hi");
    expect(await post(`${folder.path}/gateway.sock`, "/v1/messages", "text/plain")).toBe(415);
    expect(await post(`${folder.path}/gateway.sock`, "/v1/show", "application/dbe")).toBe(404);
    expect(await post(`${folder.path}/gateway.sock`, "/v1/messages", "application/dbe", 3 * 1024 * 1024)).toBe(413);
    stale.close();
  });

  it("is made again when the folder was made anew, and goes with the folder", async () => {
    const identity = parseFolderIdentity('{"container":"c","service":"c","device":52,"tenants":"*"}');
    const identities = new Map([["c", identity]]);
    const handle = async (_from: unknown, frame: Buffer): Promise<Buffer> => answer(frame);
    const folders = open(new Folders({ dir: folder.path, identities: () => identities, handle, log: quiet() }));
    await folders.sync();
    // There is no folder yet.
    expect(folders.check().ok).toBe(false);
    for (let round = 0; round < 2; round++) {
      rmSync(`${folder.path}/c`, { recursive: true, force: true });
      mkdirSync(`${folder.path}/c`);
      await folders.sync();
      expect(lstatSync(`${folder.path}/c/gateway.sock`).isSocket()).toBe(true);
      expect(folders.receivers(52, Buffer.alloc(16))).toHaveLength(1);
    }
    identities.clear();
    await folders.sync();
    expect(folders.receivers(52, Buffer.alloc(16))).toHaveLength(0);
  });
});

describe("a client", () => {
  it("waits for its gateway, and says so when the time is over", async () => {
    const client = open(new DbeClient({ folder: folder.path }));
    const ask = { type: TYPES.ECHO_REQ, tenant: "ALPHA", destination: 61, payload: Buffer.alloc(0), deadlineMs: 150 };
    await expect(client.request(ask)).rejects.toMatchObject({ reason: "DESTINATION_UNAVAILABLE" });
    const late = client.request({ ...ask, deadlineMs: 5000 });
    const server = open(
      new FolderServer(
        folder.path,
        async (frame) => encodeLocal({ ...decodeLocal(frame), type: TYPES.ECHO_RESP }),
        quiet(),
      ),
    );
    await server.listen();
    expect((await late).type).toBe(TYPES.ECHO_RESP);
  });

  it("asks again with the same id, marked as a copy, when the connection breaks", async () => {
    const frames: Envelope[] = [];
    const server = open(
      new FolderServer(
        folder.path,
        async (frame) => {
          frames.push(decodeLocal(Buffer.from(frame)));
          if (frames.length === 1) await new Promise(() => undefined);
          return encodeLocal({ ...decodeLocal(frame), type: TYPES.ECHO_RESP });
        },
        quiet(),
      ),
    );
    await server.listen();
    const client = open(new DbeClient({ folder: folder.path }));
    const asked = client.request({ type: TYPES.ECHO_REQ, tenant: "ALPHA", destination: 61, payload: Buffer.alloc(0) });
    while (frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.close();
    const again = open(
      new FolderServer(
        folder.path,
        async (frame) => {
          frames.push(decodeLocal(Buffer.from(frame)));
          return encodeLocal({ ...decodeLocal(frame), type: TYPES.ECHO_RESP });
        },
        quiet(),
      ),
    );
    await again.listen();
    await asked;
    const [first, second] = frames;
    expect(second?.messageId.equals(first?.messageId ?? Buffer.alloc(0))).toBe(true);
    expect([first?.flags, second?.flags]).toEqual([0, FLAGS.RETRY]);
    expect([first?.tlvs.extra?.size ?? 0, second?.tlvs.extra?.size]).toEqual([0, 1]);
  });
});

function post(socketPath: string, path: string, type: string, size = 100): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: "POST", path, headers: { "content-type": type } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end(Buffer.alloc(size));
  });
}
