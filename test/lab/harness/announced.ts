import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanSummary } from "../../../infra/plan/types.ts";
import { dsmil, dsmilOk, editManifest, root, STACKS } from "./dsmil.ts";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly created?: string;
  readonly modified?: string;
  readonly inputs?: object;
}

/** What a plan announced, and what the states of the stacks say happened: one `ACTION URN` each, sorted. */
export interface Applied {
  readonly announced: readonly string[];
  readonly done: readonly string[];
  /** Tenants whose things were announced, and `shared`. */
  readonly tenants: readonly string[];
}

/** Kinds that hold nothing of their own: they group, or read another stack. */
const isHollow = ({ type }: Resource): boolean =>
  /^(dsmil:component:|pulumi:pulumi:Stack$|pulumi:pulumi:StackReference$)/.test(type);

/** All stacks' resources by URN. */
function resources(): Map<string, Resource> {
  const all = STACKS.flatMap((stack) => {
    const text = readFileSync(join(root, ".dsmil/state/.pulumi/stacks/dsmil", `${stack}.json`), "utf8");
    const { checkpoint } = JSON.parse(text) as { checkpoint: { latest: { resources?: Resource[] } } };
    return checkpoint.latest.resources ?? [];
  });
  return new Map(all.filter((one) => !isHollow(one)).map((one) => [one.urn, one]));
}

function differences(before: ReadonlyMap<string, Resource>, after: ReadonlyMap<string, Resource>): string[] {
  const gone = [...before.keys()].filter((urn) => !after.has(urn)).map((urn) => `delete ${urn}`);
  const others = [...after.values()].flatMap(({ urn, created, modified, inputs }) => {
    const old = before.get(urn);
    if (old === undefined) return [`create ${urn}`];
    if (old.created !== created) return [`replace ${urn}`];
    // What a refresh reads anew is modified, too: an update has other inputs besides.
    const same = old.modified === modified || text(old.inputs) === text(inputs);
    return same ? [] : [`update ${urn}`];
  });
  return [...gone, ...others].sort();
}

/** Inputs as text, without the list of those that the provider filled in: a first refresh shortens it. */
const text = (inputs?: object): string => JSON.stringify({ ...inputs, __defaults: undefined });

/** Edits the deployed manifest, plans, deploys, and compares. @param options of `up`, such as `--drop charlie` */
export async function apply(edit: (text: string) => string, ...options: string[]): Promise<Applied> {
  editManifest(edit);
  const planned = await dsmil("plan", "--json");
  if (planned.code !== 2) throw new Error(`plan exited ${planned.code}: ${planned.stderr}`);
  const { groups } = JSON.parse(planned.stdout) as PlanSummary;
  const before = resources();
  await dsmilOk("up", ...options);
  const announced = groups.flatMap(({ changes }) => changes.map(({ action, urn }) => `${action} ${urn}`)).sort();
  return { announced, done: differences(before, resources()), tenants: groups.map(({ tenant }) => tenant).sort() };
}
