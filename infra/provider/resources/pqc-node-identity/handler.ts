import { Checker, NODE_ID } from "../../check.ts";
import { compare } from "../../diff.ts";
import type { HandlerContext, NodeLink, Props, ResourceHandler } from "../../handler.ts";
import { holds, issue, publicKeyOf } from "../../pqc.ts";
import { explain } from "../../redactor.ts";
import { run } from "../../run.ts";
import type { PqcNodeIdentityInputs, PqcNodeIdentityState } from "./args.ts";
import { drop, get, look, type Places, put } from "./files.ts";
import { formerCertificates } from "./former-certificates.ts";
import { keyStateOf, ownerOf } from "./key-state.ts";
import { mint } from "./mint.ts";
import { type Minted, NO_TPM, tpmFacts } from "./minted.ts";
import { adopt, isPublicPart, line, observe } from "./observe.ts";
import { seal } from "./seal.ts";
import { BARE, checkSealing, keyNames, otherKeyNames, publicFile, sealedTo } from "./sealing.ts";

const OUTPUTS = [
  ...["publicKey", "certificate", "former", "keyDigest", "unsettled"],
  ...["attestationKey", "pcrs", "pcrDigest", "tpmGroup"],
];

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
      if (sealedTo(old.sealing ?? BARE) !== sealedTo(inputs.sealing ?? BARE)) return {};
      const { publicKey, certificate, former = [], keyDigest } = old;
      return { publicKey, certificate, former, keyDigest, ...tpmOf(old) };
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
  const c = new Checker(props, ["node", "rootSeed", "rootPublicKey", "image", "peers", "sealing", "owner"]);
  c.node();
  checkSealing(c, props.sealing);
  if (props.owner !== undefined) c.text("owner", /^\d{1,7}:\d{1,7}$/, "uid:gid in numbers, such as 10001:10001");
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
  const sealing = inputs.sealing ?? BARE;
  const link = await ctx.connect(node);
  // 1. The key. One that is not the one we certified was put there by somebody: it is not certified, but replaced.
  const minted = await theKey(places, link, inputs, old, ctx);
  const { keyDigest, access } = await keyStateOf(places, link, inputs);
  if (keyDigest === undefined) throw new Error(`the key files of ${node} (${access}) went away; run it again`);
  // 2. The certificate: one that holds is kept, from state or from the node.
  const file = `${places.own}/${publicFile(node)}`;
  const others = otherKeyNames(node, sealing.kind).map((name) => `${places.own}/${name}`);
  const candidates = [old?.certificate, (await get(link, file))?.trim()];
  const former = formerCertificates(
    { node, publicKey: minted.publicKey, rootPublicKey },
    old?.former ?? [],
    candidates,
  );
  const facts = tpmFacts(minted);
  const kept = candidates.find(
    (text) => text && holds(text, rootPublicKey, "node", node, minted.publicKey) && says(text, facts),
  );
  const certificate = kept ?? issue(rootSeed, "node", node, minted.publicKey, undefined, undefined, facts);
  await settle(link, node, places.own, node, certificate, ctx);
  // A key of another kind is of no use any more; where one is sealed now, no bare seed stays.
  const left = (await look(link, node, others)).flatMap((seen, i) => (seen === undefined ? [] : [others[i] ?? ""]));
  if (left.length > 0) {
    ctx.progress(`removing ${left.join(", ")} on ${node}`);
    await drop(
      link,
      node,
      places.own,
      left.map((path) => path.slice(places.own.length + 1)),
    );
  }
  // 3. The peers' folder is mounted by the gateway: it is there before the first peer has come.
  await run(link, `make ${places.peers} on ${node}`, ["mkdir", "-p", "--", places.peers]);
  // 4. The peers: each gets the public part, those that were dropped lose it. One out of reach does not stop the node.
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
  return {
    ...inputs,
    ...minted,
    certificate,
    former,
    keyDigest,
    unsettled: unsettled.filter((text) => text !== undefined),
  };
}

/** The key as it is, or as it is made now. */
async function theKey(
  places: Places,
  link: NodeLink,
  inputs: PqcNodeIdentityInputs,
  old: PqcNodeIdentityState | undefined,
  ctx: HandlerContext,
): Promise<Minted> {
  const { node, image } = inputs;
  const sealing = inputs.sealing ?? BARE;
  const same = old !== undefined && sealedTo(old.sealing ?? BARE) === sealedTo(sealing);
  const { keyDigest, right } = await keyStateOf(places, link, inputs);
  if (same && keyDigest === old.keyDigest && right) return { publicKey: old.publicKey, ...tpmOf(old) };
  ctx.progress(`making the key of ${node}`);
  const foreign = old !== undefined && keyDigest !== undefined && keyDigest !== old.keyDigest;
  const fresh = foreign || (old !== undefined && !same);
  const request = { node, image, folder: places.own, fresh, owner: ownerOf(inputs), signal: ctx.signal };
  return sealing.kind === "file" ? mint(link, request) : seal(link, sealing, request);
}

/** What is known of the node's TPM; states of earlier releases say nothing. */
const tpmOf = (old: PqcNodeIdentityState): Omit<Minted, "publicKey"> => ({
  attestationKey: old.attestationKey ?? NO_TPM.attestationKey,
  pcrs: old.pcrs ?? NO_TPM.pcrs,
  pcrDigest: old.pcrDigest ?? NO_TPM.pcrDigest,
  tpmGroup: old.tpmGroup ?? NO_TPM.tpmGroup,
});

/** Whether a certificate says exactly this of the node's TPM. */
function says(certificate: string, facts: Readonly<Record<string, string>>): boolean {
  const fields = JSON.parse(certificate) as Readonly<Record<string, unknown>>;
  return ["attestationKey", "pcrs", "pcrDigest"].every((name) => fields[name] === facts[name]);
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
  if (isPublicPart(seen, certificate)) return;
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
  const names = [...keyNames(node, (old.sealing ?? BARE).kind), publicFile(node)];
  await drop(await ctx.connect(node), node, places.own, names);
  await drop(await ctx.connect(node), node, places.peers, []);
}
