import type { NodeLink } from "../../handler.ts";
import type { PqcNodeIdentityInputs } from "./args.ts";
import { look, type Places } from "./files.ts";
import { BARE, keyNames } from "./sealing.ts";

/** The key files of a node as found. */
export interface KeyState {
  /** As in state; `undefined` when one of them is missing. */
  readonly keyDigest: string | undefined;
  /** Whether only the right user may read them. */
  readonly right: boolean;
  /** What is wrong with who may read them, file by file, for a person. */
  readonly access: string;
}

/** Whose the key files are, `uid:gid`; they are 0600. */
export const ownerOf = ({ owner = "0:0" }: Pick<PqcNodeIdentityInputs, "owner">): string => owner;

/** Looks at the key files without reading them. */
export async function keyStateOf(places: Places, link: NodeLink, inputs: PqcNodeIdentityInputs): Promise<KeyState> {
  const files = keyNames(inputs.node, (inputs.sealing ?? BARE).kind).map((name) => `${places.own}/${name}`);
  const seen = await look(link, inputs.node, files);
  const right = `600 ${ownerOf(inputs)}`;
  const wrong = seen.flatMap((file, i) => {
    if (file === undefined) return [`${files[i]} is missing`];
    return file.access === right ? [] : [`${files[i]} is ${file.access} where it should be ${right}`];
  });
  const digests = seen.flatMap((file) => (file === undefined ? [] : [file.sha256]));
  const keyDigest = digests.length === files.length ? digests.join() : undefined;
  return { keyDigest, right: wrong.length === 0, access: wrong.join("; ") };
}
