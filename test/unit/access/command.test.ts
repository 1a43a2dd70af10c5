import { EventEmitter } from "node:events";
import { Duplex, Readable } from "node:stream";
import type { Client } from "ssh2";
import { expect, it } from "vitest";
import { runCommand } from "../../../infra/access/command.ts";

/** A channel whose command succeeds as soon as its input ends, however it ends: as `cat` on a node does. */
class CatChannel extends Duplex {
  readonly stderr: Readable = Readable.from([]);
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
  override _final(done: () => void): void {
    this.emit("exit", 0);
    done();
    this.destroy();
  }
  override _destroy(_error: Error | null, done: () => void): void {
    this.emit("exit", 0);
    done();
  }
}

const clientOf = (channel: CatChannel): Client =>
  Object.assign(new EventEmitter(), {
    exec: (_command: string, opened: (error: undefined, channel: CatChannel) => void) => opened(undefined, channel),
  }) as unknown as Client;

async function* broken(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(10);
  throw new Error("the line broke");
}

it("an input that breaks off is an error, though the command takes it for the end and succeeds", async () => {
  const run = runCommand(clientOf(new CatChannel()), "cat", { stdin: Readable.from(broken()) });
  await expect(run).rejects.toThrow("the line broke");
});

it("an input that ends is none", async () => {
  const run = runCommand(clientOf(new CatChannel()), "cat", { stdin: Readable.from([Buffer.alloc(10)]) });
  expect(await run).toMatchObject({ code: 0 });
});
