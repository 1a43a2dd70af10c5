import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../infra/access/connection.ts";
import { account, answeredSince, longestSilence } from "./harness/account.ts";
import { until, untilLinked } from "./harness/bus.ts";
import { crash } from "./harness/crash.ts";
import { run } from "./harness/dsmil.ts";
import { untilHealthy } from "./harness/fleet.ts";
import { Station } from "./harness/station.ts";

// A stream of messages from device 54 on node-a to device 47 on node-b, by containers of the test's own, and deaths of
// what is in between. Each is printed with the longest time for which no message was answered.

let sender: Station;
let receiver: Station;

beforeAll(async () => {
  await untilHealthy();
  receiver = await Station.start("node-b", 47);
  sender = await Station.start("node-a", 54, 47);
  await until("sending", async () => (await sender.sent()).some(({ outcome }) => outcome === "ok"));
});
afterAll(async () => {
  for (const station of [sender, receiver]) await station?.remove();
  await untilHealthy();
  await untilLinked();
  await closeConnections();
});

/** Breaks something and waits until messages that are sent after it are answered. */
async function survives(what: string, breakIt: () => Promise<unknown>): Promise<void> {
  const before = Date.now();
  await breakIt();
  const broken = Date.now();
  await until("answered again", async () => answeredSince(await sender.sent(), broken), 60);
  await new Promise((r) => setTimeout(r, 1000));
  const sent = (await sender.sent()).filter(({ ended }) => ended >= before);
  const silence = longestSilence(sent, before);
  const { answered, refused } = account(sent, []);
  const rest = `${answered} answered, not answered: ${JSON.stringify(refused)}`;
  console.info(`${what}: no answer for ${silence.toFixed(2)} s; ${rest}`);
  expect(silence).toBeLessThan(30);
}

const machine = async (verb: string): Promise<void> => {
  const { code, stderr } = await run("docker", [verb, "dsmil-node-b"]);
  if (code !== 0) throw new Error(stderr);
};

describe("messages under way survive the death of", () => {
  it.each([
    ["the sender's gateway", "node-a", "dsmil-dbe-gateway-node-a"],
    ["the receiver's gateway", "node-b", "dsmil-dbe-gateway-node-b"],
    ["the sender's sidecar", "node-a", "dsmil-dbe-quic-node-a"],
    ["the receiver's sidecar", "node-b", "dsmil-dbe-quic-node-b"],
  ])("%s", async (what, node, container) => {
    await survives(`death of ${what}`, () => crash(node, container));
  });

  it("the receiver's machine", async () => {
    let started = 0;
    await survives("death of the receiver's machine, 2 s without it", async () => {
      await machine("kill");
      await new Promise((r) => setTimeout(r, 2000));
      started = Date.now();
      await machine("start");
    });
    const first = (await sender.sent()).find(({ outcome, ended }) => outcome === "ok" && ended > started);
    console.info(`the first answer came ${((first?.ended ?? 0) - started) / 1000} s after it was started`);
  });

  it("all of them: none that was answered is lost, none was delivered twice", async () => {
    const sent = await sender.finish();
    const result = account(sent, await receiver.delivered());
    console.info(`${sent.length} sent, ${result.answered} answered, not answered: ${JSON.stringify(result.refused)}`);
    expect(result.answered).toBeGreaterThan(sent.length / 2);
    expect(result).toMatchObject({ lost: [], twice: [] });
    // What is not answered says so, and may have been delivered or not.
    expect(Object.keys(result.refused).filter((reason) => !HONEST.has(reason))).toEqual([]);
  });
});

const HONEST: ReadonlySet<string> = new Set(["DESTINATION_UNAVAILABLE", "TIMEOUT", "OVERLOADED"]);
