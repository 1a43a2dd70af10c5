import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { firstLine } from "../../../images/runtime/dbe/transport/first-line.ts";
import { nodeName } from "../../../images/runtime/dbe/transport/node-name.ts";

describe("the node a certificate names", () => {
  it.each([
    ["DNS:node-a.dsmil.test", "node-a"],
    ["DNS:localhost, DNS:node-a.dsmil.test, IP Address:127.0.0.1", "node-a"],
    ["DNS:NODE-A.DSMIL.TEST", "node-a"],
    ["DNS:node-a.other.test, DNS:node-b.dsmil.test", "node-b"],
  ])("%s is %s", (names, node) => {
    expect(nodeName(names, "dsmil.test")).toBe(node);
  });

  it.each([
    undefined,
    "",
    "DNS:dsmil.test",
    "DNS:*.dsmil.test",
    "DNS:x.node-a.dsmil.test",
    "DNS:-a.dsmil.test",
    "DNS:node-a.dsmil.test.evil.test",
    "DNS:node-adsmil.test",
    "URI:node-a.dsmil.test",
    "DNS:node-a.dsmil.test, DNS:node-b.dsmil.test",
    'DNS:"evil.test, DNS:node-a.dsmil.test"',
  ])("%s is nobody", (names) => {
    expect(() => nodeName(names, "dsmil.test")).toThrow("must name exactly one");
  });
});

describe("the first line of a stream", () => {
  it("comes in pieces, and leaves what follows", async () => {
    const stream = new PassThrough();
    const line = firstLine(stream, 10, 1000);
    for (const piece of ["ab", "c\nre", "st"]) stream.write(piece);
    expect(await line).toBe("abc");
    stream.end();
    let rest = "";
    for await (const chunk of stream) rest += String(chunk);
    expect(rest).toBe("rest");
  });

  it("is bounded, in length and in time", async () => {
    const long = new PassThrough();
    const line = firstLine(long, 10, 1000);
    long.write("01234567890\n");
    await expect(line).rejects.toThrow("longer than 10 bytes");
    await expect(firstLine(new PassThrough(), 10, 20)).rejects.toThrow("within 20 ms");
    const ended = new PassThrough();
    ended.end("abc");
    await expect(firstLine(ended, 10, 1000)).rejects.toThrow("closed the connection");
  });
});
