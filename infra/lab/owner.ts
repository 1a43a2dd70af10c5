import { docker } from "./docker.ts";
import { LAB_LABEL, LAB_ROOT_LABEL } from "./spec.ts";

/** What decides whether a lab may be removed from here. */
export interface Claim {
  /** The project folder that asks. */
  readonly root: string;
  /** Whether a lab that another folder left behind is meant as well. */
  readonly stale: boolean;
  /** Whether no engine ran before: then nobody was using the lab. */
  readonly idle: boolean;
  /** Whether a folder is there. */
  readonly exists: (folder: string) => boolean;
}

/** The project folder that made the lab of this network; `undefined`: there is no lab. */
export async function labOwner(network: string): Promise<string | undefined> {
  const format = `{{.Label "${LAB_ROOT_LABEL}"}}`;
  const printed = await docker(["ps", "--all", "--filter", `label=${LAB_LABEL}=${network}`, "--format", format]);
  return printed.split("\n").find((folder) => folder !== "");
}

/** Why the lab may not be removed from here, if so; pure. */
export function ownedElsewhere(
  owner: string | undefined,
  claim: Claim,
): { readonly what: string; readonly remedy: string } | undefined {
  if (owner === undefined || owner === claim.root) return undefined;
  const left = claim.idle || !claim.exists(owner);
  if (claim.stale && left) return undefined;
  const what = `the lab on this engine belongs to ${owner}${left ? "" : ", and its engine is running"}`;
  const here = left ? ", or here with --stale" : "";
  return { what, remedy: `remove it from there, with all its data: bin/dsmil lab destroy${here}` };
}
