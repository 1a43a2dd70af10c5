import { describe, expect, it } from "vitest";
import { LinkRig } from "./simulation/link-rig.ts";

const failed = (rig: LinkRig) => rig.events.filter((event) => "reason" in event && event.reason === "BAD_CERTIFICATE");

describe("a channel whose TLS certificate is another node's than the handshake proves", () => {
  it("is refused and reported by the side that accepts it", async () => {
    const rig = new LinkRig({ names: { "node-a": "node-c" } });
    await rig.run(1000);
    expect([rig.a.up, rig.b.up]).toEqual([false, false]);
    const detail = "the TLS certificate is node-c's, the handshake proved node-a";
    expect(failed(rig)[0]).toMatchObject({ kind: "handshake", role: "responder", peer: "node-a", detail });
    expect(rig.b.stats().sessions).toBe(0);
  });

  it("is refused and reported by the side that dialled it, which sends nothing", async () => {
    const rig = new LinkRig({ names: { "node-b": "node-c" } });
    await rig.run(1000);
    expect([rig.a.up, rig.b.up]).toEqual([false, false]);
    const detail = "the TLS certificate is node-c's, node-b was dialled";
    expect(failed(rig)[0]).toMatchObject({ kind: "refused", peer: "node-b", detail });
    expect(rig.events.filter(({ kind }) => kind === "handshake")).toEqual([]);
  });

  it("is dialled again later, and taken once its name is right", async () => {
    const rig = new LinkRig({ names: { "node-b": "node-c" } });
    await rig.run(1000);
    rig.rename("node-b", "node-b");
    await rig.run(10_000);
    expect([rig.a.up, rig.b.up]).toEqual([true, true]);
  });
});
