import { once } from "node:events";
import { connect } from "node:net";
import { type Duplex, PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { listen } from "../../../infra/access/tunnel.ts";

/** What opens a stream when it is told to. */
function slow() {
  const { promise, resolve } = Promise.withResolvers<Duplex>();
  return { open: () => promise, resolve };
}

it("joins a connection with its stream", async () => {
  const forward = await listen(async () => new PassThrough());
  const client = connect(forward.port, "127.0.0.1");
  client.write("text");
  expect(String((await once(client, "data"))[0])).toBe("text");
  client.destroy();
  await forward.close();
});

it("closes a stream whose connection went away before it was open", async () => {
  const { open, resolve } = slow();
  const forward = await listen(open);
  const client = connect(forward.port, "127.0.0.1");
  await once(client, "connect");
  await forward.close();
  const stream = new PassThrough();
  resolve(stream);
  await once(stream, "close");
  expect(stream.destroyed).toBe(true);
  client.destroy();
});

it("closes a connection whose stream went away at once", async () => {
  const stream = new PassThrough();
  stream.destroy();
  const forward = await listen(async () => stream);
  const client = connect(forward.port, "127.0.0.1").resume();
  await once(client, "close");
  await forward.close();
});
