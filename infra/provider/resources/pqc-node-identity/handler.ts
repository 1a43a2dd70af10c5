import { createHash } from "node:crypto";
import { Checker, NODE_ID } from "../../check.ts";
import { compare } from "../../diff.ts";
import type { HandlerContext, NodeLink, Props, ResourceHandler } from "../../handler.ts";
import { holds, issue, publicKeyOf } from "../../pqc.ts";
import { explain } from "../../redactor.ts";
import type { PqcNodeIdentityInputs, PqcNodeIdentityState } from "./args.ts";
import { drop, get, look, type Places, put } from "./files.ts";
import { mint } from "./mint.ts";

const OUTPUTS = ["publicKey", "certificate", "keyDigest", "unsettled"];

const keyFile = (node: string): string => `${node}-mldsa87.key`;
const publicFile = (node: string): string => `${node}-mldsa87.pub`;
/** A public part as it lies in a file: the certificate, which holds the key. */
const line = (certificate: string): string => `${certificate}\n`;
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** @param places folders on every node */
export function createPqcNodeIdentity(places: Places): ResourceHandler<PqcNodeIdentityInputs, PqcNodeIdentityState> {
  return {
    token: "dsmil:index:PqcNodeIdentity",
    outputs: OUTPUTS,
    secretOutputs: ["rootSeed"],
    replaceOn: ["node"],
    id: ({ node }) => `${node}/pqc-identity`,
    check,
    plan: (inputs, old) => {
      if (old === undefined || old.unsettled.length > 0 || old.rootSeed !== inputs.rootSeed) return {};
      const { publicKey, certificate, keyDigest } = old;
      return { publicKey, certificate, keyDigest };
    },
    diff(old, inputs) {
      // Which image minted the key does not matter afterwards.
      const report = compare(old, { ...inputs, image: old.image }, OUTPUTS, ["node"]);
      return old.unsettled.length === 0 ? report : { ...report, changed: [...report.changed, "unsettled"] };
    },
    reconcile: (inputs, old, ctx) => reconcile(places, inputs, old, ctx),
    read: (id, old, ctx) => (old ? observe(places, old, ctx) : adopt(places, id, ctx)),
    remove: (_id, old, ctx) => remove(places, old, ctx),
  };
}

/** Identities at the platform's places. */
export const pqcNodeIdentity = createPqcNodeIdentity({ own: "/etc/dsmil/node_keys", peers: "/etc/dsmil/peer_keys" });

function check(props: Props) {
  const c = new Checker(props, ["node", "rootSeed", "rootPublicKey", "image", "peers"]);
  c.node();
  c.text("rootSeed", /^[0-9a-f]{64}$/, "the seed of a FleetRootKey");
  c.text("rootPublicKey", /^[0-9a-f]{5184}$/, "the public key of a FleetRootKey");
  c.text("image", /^[a-z0-9][\w./:@-]*$/, "an image that the node has");
  for (const [i, peer] of c.list("peers").entries()) {
    c.text(`peers[${i}]`, NODE_ID, "the id of a node, such as node-b", peer);
    if (peer === props.node) c.fail(`peers[${i}]`, "is the node itself; name the others");
  }
  const { rootSeed, rootPublicKey } = props;
  if (c.failures.length === 0 && typeof rootSeed === "string" && typeof rootPublicKey === "string") {
    if (publicKeyOf(rootSeed) !== rootPublicKey) c.fail("rootPublicKey", "does not belong to rootSeed");
  }
  return c.failures;
}

async function reconcile(
  places: Places,
  inputs: PqcNodeIdentityInputs,
  old: PqcNodeIdentityState | undefined,
  ctx: HandlerContext,
): Promise<PqcNodeIdentityState> {
  const { node, rootSeed, rootPublicKey } = inputs;
  const link = await ctx.connect(node);
  const files = [`${places.own}/${keyFile(node)}`, `${places.own}/${publicFile(node)}`];
  // 1. The key. One that is not the one we certified was put there by somebody: it is not certified, but replaced.
  const [key] = await look(link, node, files);
  const known = old !== undefined && key?.sha256 === old.keyDigest && key.access === "600 0:0";
  if (!known) ctx.progress(`making the key of ${node}`);
  const foreign = old !== undefined && key !== undefined && key.sha256 !== old.keyDigest;
  const minted = known ? old : await mint(link, node, inputs.image, places.own, foreign, ctx.signal);
  const { publicKey, keyDigest } = minted;
  // 2. The certificate: one that holds is kept, from state or from the node.
  const candidates = [
    old?.certificate,
    old ? undefined : (await get(link, `${places.own}/${publicFile(node)}`))?.trim(),
  ];
  const kept = candidates.find((text) => text && holds(text, rootPublicKey, "node", node, publicKey));
  const certificate = kept ?? issue(rootSeed, "node", node, publicKey);
  await settle(link, node, places.own, node, certificate, ctx);
  // 3. The peers: each gets the public part, those that were dropped lose it. One out of reach does not stop the node.
  const unsettled = await Promise.all([
    ...inputs.peers.map((peer) =>
      attempt(peer, async () => settle(await ctx.connect(peer), peer, places.peers, node, certificate, ctx), ctx),
    ),
    ...(old?.peers ?? [])
      .filter((peer) => !inputs.peers.includes(peer))
      .map((peer) =>
        attempt(peer, async () => drop(await ctx.connect(peer), peer, places.peers, [publicFile(node)]), ctx),
      ),
  ]);
  return { ...inputs, publicKey, certificate, keyDigest, unsettled: unsettled.filter((text) => text !== undefined) };
}

async function settle(
  link: NodeLink,
  on: string,
  folder: string,
  node: string,
  certificate: string,
  ctx: HandlerContext,
): Promise<void> {
  const name = publicFile(node);
  const [seen] = await look(link, on, [`${folder}/${name}`]);
  if (seen?.sha256 === hash(line(certificate)) && seen.access === "644 0:0") return;
  ctx.progress(`writing ${name} on ${on}`);
  await put(link, on, folder, name, line(certificate));
}

/** What is left to do on a peer, in words; `undefined` when nothing is. */
async function attempt(peer: string, work: () => Promise<void>, ctx: HandlerContext): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof Error && error.name === "Crash") throw error;
    ctx.warn(`${peer} does not have this node's public key yet, the next "pulumi up" tries again: ${explain(error)}`);
    return `${peer}: not reached`;
  }
}

async function observe(
  places: Places,
  old: PqcNodeIdentityState,
  ctx: HandlerContext,
): Promise<PqcNodeIdentityState | undefined> {
  const { node } = old;
  const own = [`${places.own}/${keyFile(node)}`, `${places.own}/${publicFile(node)}`];
  const [key, ownPublic] = await look(await ctx.connect(node), node, own);
  if (key === undefined) return undefined;
  const wrong: string[] = [];
  if (key.sha256 !== old.keyDigest) wrong.push(`${own[0]} was replaced`);
  if (key.access !== "600 0:0") wrong.push(`${own[0]} is ${key.access} where it should be 600 0:0`);
  const judge = (seen: typeof key | undefined, where: string): string[] => {
    if (seen === undefined) return [`${where} is missing`];
    return seen.sha256 === hash(line(old.certificate)) && seen.access === "644 0:0" ? [] : [`${where} was changed`];
  };
  wrong.push(...judge(ownPublic, own[1] ?? ""));
  const file = `${places.peers}/${publicFile(node)}`;
  const onPeers = await Promise.all(
    old.peers.map(async (peer) => {
      try {
        const [seen] = await look(await ctx.connect(peer), peer, [file]);
        return judge(seen, `${file} on ${peer}`);
      } catch (error) {
        ctx.signal.throwIfAborted();
        ctx.warn(`${peer} cannot be asked whether it has this node's public key: ${explain(error)}`);
        return [`${peer}: not reached`];
      }
    }),
  );
  wrong.push(...onPeers.flat());
  return wrong.join() === old.unsettled.join() ? old : { ...old, unsettled: wrong };
}

/** What an import can know: root and peers come from the program, and the next `up` lays the certificate anew. */
async function adopt(places: Places, id: string, ctx: HandlerContext): Promise<PqcNodeIdentityState | undefined> {
  const [, node] = /^([^/]+)\/pqc-identity$/.exec(id) ?? [];
  if (node === undefined) throw new Error(`"${id}" is no id of PqcNodeIdentity: give <node>/pqc-identity`);
  const link = await ctx.connect(node);
  const [key] = await look(link, node, [`${places.own}/${keyFile(node)}`]);
  const certificate = (await get(link, `${places.own}/${publicFile(node)}`))?.trim();
  if (key === undefined || certificate === undefined) return undefined;
  const { publicKey } = JSON.parse(certificate) as { publicKey: string };
  const inputs = { node, rootSeed: "", rootPublicKey: "", image: "", peers: [] };
  return { ...inputs, publicKey, certificate, keyDigest: key.sha256, unsettled: [] };
}

async function remove(places: Places, old: PqcNodeIdentityState, ctx: HandlerContext): Promise<void> {
  const { node } = old;
  ctx.progress(`removing the key of ${node}`);
  await Promise.all(
    old.peers.map(async (peer) => {
      try {
        await drop(await ctx.connect(peer), peer, places.peers, [publicFile(node)]);
      } catch (error) {
        ctx.signal.throwIfAborted();
        ctx.warn(`${places.peers}/${publicFile(node)} stays on ${peer}, remove it there: ${explain(error)}`);
      }
    }),
  );
  await drop(await ctx.connect(node), node, places.own, [keyFile(node), publicFile(node)]);
}
