import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { Acceptor } from "../../../images/runtime/dbe/link/acceptor.ts";
import { DbeLink } from "../../../images/runtime/dbe/link/dbe-link.ts";
import type { LinkEvent } from "../../../images/runtime/dbe/link/events.ts";
import { LINK_LIMITS } from "../../../images/runtime/dbe/link/limits.ts";
import { nodeKeying } from "../../../images/runtime/dbe/link/node-keying.ts";
import { systemClock } from "../../../images/runtime/dbe/link/system-clock.ts";
import { LINK_TIMINGS } from "../../../images/runtime/dbe/link/timings.ts";
import type { PeerChannel } from "../../../images/runtime/dbe/transport/transport.ts";
import { Authority } from "../../images/certificates.ts";
import { envelope } from "../../unit/dbe/support/envelopes.ts";
import { identity, peers } from "../../unit/dbe/support/fleet.ts";
import { credentialsOf, TestNode } from "./transport-rig.ts";

const authority = new Authority();
afterAll(() => authority.dispose());
let nodes: TestNode[];
let links: DbeLink[];
let acceptor: Acceptor;
let dialled: PeerChannel[];
let delivered: number;
const events: LinkEvent[] = [];

const make = (self: string, peer: string, dial?: () => Promise<PeerChannel>) => {
  const keying = nodeKeying({ identity: identity(self), peers: peers(), now: Date.now, random: randomBytes });
  const report = (event: LinkEvent) => events.push(event);
  const common = { self, keying, clock: systemClock, random: randomBytes, timings: LINK_TIMINGS, limits: LINK_LIMITS };
  const rotation = { seconds: 3600, messages: 1e9 };
  const link = new DbeLink({ ...common, report, peer, rotation, ...(dial && { dial }) });
  link.onRequest = async (request) => {
    delivered += 1;
    return { ...request, type: TYPES.ECHO_RESP };
  };
  links.push(link);
  return { link, acceptor: new Acceptor({ ...common, report, linkWith: () => link }) };
};

beforeEach(async () => {
  [nodes, links, dialled, delivered] = [[], [], [], 0];
  for (const id of ["node-a", "node-b"]) {
    const credentials = credentialsOf(authority, id);
    nodes.push(await TestNode.start({ kind: "tls", id, program: "", credentials, limits: {} }));
  }
  const [a, b] = nodes as [TestNode, TestNode];
  acceptor = make("node-b", "node-a").acceptor;
  const take = async (): Promise<void> => acceptor.accept(await b.next());
  make("node-a", "node-b", async () => {
    void take();
    const channel = await a.transport.dial(b.address);
    dialled.push(channel);
    return channel;
  });
});

afterEach(async () => {
  acceptor.close();
  await Promise.all(links.map((link) => link.close()));
  await Promise.all(nodes.map((node) => node.close()));
});

const ask = (payload = Buffer.from("hello")) => envelope({ messageId: randomBytes(16), payload });
const [B, A] = [0, 1];
const link = (index: number): DbeLink => links[index] as DbeLink;

it("carries requests both ways over TLS, up to the largest, with new keys and without", async () => {
  const largest = randomBytes(1024 * 1024);
  const answer = await link(A).request(ask(largest), 20_000);
  expect(answer.payload.equals(largest)).toBe(true);
  await link(B).request(ask(), 20_000);
  const under = Array.from({ length: 50 }, (_, n) => link(n % 2).request(ask(), 20_000));
  await Promise.all([link(A).rekey(), link(B).rekey(), ...under]);
  await link(A).rekey("new channel");
  await Promise.all([link(A).request(ask(), 20_000), link(B).request(ask(), 20_000)]);
  expect(delivered).toBe(54);
  expect(events.filter(({ kind }) => kind === "refused")).toEqual([]);
});

it("comes back by itself after the channel broke, and the request under way is answered once", async () => {
  await link(A).request(ask(), 20_000);
  const arrived = new EventTarget();
  const first = once(arrived, "request");
  link(B).onRequest = async (request) => {
    delivered += 1;
    arrived.dispatchEvent(new Event("request"));
    if (dialled.length === 1) dialled[0]?.close();
    return { ...request, type: TYPES.ECHO_RESP };
  };
  const answer = link(A).request(ask(), 20_000);
  await first;
  await expect(answer).resolves.toMatchObject({ type: TYPES.ECHO_RESP });
  await expect(link(A).request(ask(), 20_000)).resolves.toMatchObject({ type: TYPES.ECHO_RESP });
  expect(delivered).toBe(3);
});
