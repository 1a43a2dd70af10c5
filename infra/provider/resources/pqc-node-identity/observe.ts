import { createHash } from "node:crypto";
import type { HandlerContext } from "../../handler.ts";
import { explain } from "../../redactor.ts";
import type { PqcNodeIdentityState } from "./args.ts";
import { get, look, type Places, type Seen } from "./files.ts";
import { keyStateOf } from "./key-state.ts";
import { NO_TPM } from "./minted.ts";
import { BARE, keyNames, publicFile, type Sealing } from "./sealing.ts";

/** A public part as it lies in a file: the certificate, which holds the key. */
export const line = (certificate: string): string => `${certificate}\n`;

/** Whether a file is a public part as it should be. */
export function isPublicPart(seen: Seen | undefined, certificate: string): boolean {
  const sha256 = createHash("sha256").update(line(certificate)).digest("hex");
  return seen?.sha256 === sha256 && seen.access === "644 0:0";
}

/** The identity as it is on its node and its peers now; `undefined` when the key is gone. */
export async function observe(
  places: Places,
  old: PqcNodeIdentityState,
  ctx: HandlerContext,
): Promise<PqcNodeIdentityState | undefined> {
  const { node } = old;
  const link = await ctx.connect(node);
  const { keyDigest, access } = await keyStateOf(places, link, old);
  if (keyDigest === undefined) return undefined;
  const wrong: string[] = [];
  if (keyDigest !== old.keyDigest) {
    const [name] = keyNames(node, (old.sealing ?? BARE).kind);
    wrong.push(`${places.own}/${name} was replaced`);
  }
  if (access !== "") wrong.push(access);
  const judge = (seen: Seen | undefined, where: string): string[] => {
    if (seen === undefined) return [`${where} is missing`];
    return isPublicPart(seen, old.certificate) ? [] : [`${where} was changed`];
  };
  const ownFile = `${places.own}/${publicFile(node)}`;
  const [ownPublic] = await look(link, node, [ownFile]);
  wrong.push(...judge(ownPublic, ownFile));
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

/** What an import can know: root, peers and sealing come from the program, and the next `up` lays the certificate anew. */
export async function adopt(
  places: Places,
  id: string,
  ctx: HandlerContext,
): Promise<PqcNodeIdentityState | undefined> {
  const [, node] = /^([^/]+)\/pqc-identity$/.exec(id) ?? [];
  if (node === undefined) throw new Error(`"${id}" is no id of PqcNodeIdentity: give <node>/pqc-identity`);
  const link = await ctx.connect(node);
  const inputs = { node, rootSeed: "", rootPublicKey: "", image: "", peers: [] };
  const certificate = (await get(link, `${places.own}/${publicFile(node)}`))?.trim();
  for (const kind of ["file", "tpm2", "transit"] as const) {
    // What the seed is sealed to is not written anywhere beside it; only its kind shows.
    const sealing = { kind } as Sealing;
    const { keyDigest } = await keyStateOf(places, link, { ...inputs, sealing });
    if (keyDigest === undefined || certificate === undefined) continue;
    const { publicKey } = JSON.parse(certificate) as { publicKey: string };
    const given = kind === "file" ? inputs : { ...inputs, sealing };
    return { ...given, ...NO_TPM, publicKey, certificate, former: [], keyDigest, unsettled: [] };
  }
  return undefined;
}
