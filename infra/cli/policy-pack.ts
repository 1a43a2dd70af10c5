import { evaluate, type Violation } from "../../policies/pack/evaluate.ts";
import { factsOf } from "../../policies/pack/facts.ts";
import { place } from "../../policies/pack/locate.ts";
import type { Resource } from "../../policies/pack/policy.ts";
import { containerArgs } from "../components/container-args.ts";
import { readSource } from "../model/source.ts";
import type { Model } from "../model/types.ts";
import { UserError } from "./errors.ts";
import { manifestPath } from "./model.ts";

/** Folder of the policy pack, for `--policy-pack`. */
export const POLICY_PACK = "policies/pack";

/** A violation, and where in the manifest the resource comes from. */
export interface PlacedViolation extends Violation {
  /** ` (manifest.yaml:80:5  services[3].publish)`, or empty. */
  readonly place: string;
}

/** Tries the policy pack on every container that a model declares, with the very arguments they are registered with. */
export function checkModel(model: Model): PlacedViolation[] {
  return checkResources(model, containersOf(model));
}

/** Tries the policy pack on any resources. */
export function checkResources(model: Model, resources: readonly Resource[]): PlacedViolation[] {
  const source = readSource(manifestPath());
  return evaluate(resources, factsOf(model)).map((violation) => {
    const resource = resources.find(({ type, name }) => type === violation.type && name === violation.resource);
    const known = resource !== undefined && !Array.isArray(source);
    return { ...violation, place: known ? place(source, resource, violation.key) : "" };
  });
}

/** `public-ports: dsmil-l8-soar-alpha: it publishes … (manifest.yaml:80:5  services[3].publish)` */
export function formatViolation({ rule, resource, message, place: where }: PlacedViolation): string {
  return `policy ${rule}: ${resource}: ${message}${where}`;
}

/** @throws UserError with every violation, where there is one */
export function refuseViolations(violations: readonly PlacedViolation[]): void {
  if (violations.length === 0) return;
  throw new UserError(
    violations.map(formatViolation).join("\n       "),
    "correct what is named above; docs/policy-pack.md explains each policy. Nothing was changed",
  );
}

function containersOf(model: Model): Resource[] {
  return model.containers.map((plan) => ({
    type: "docker:index/container:Container",
    name: plan.name,
    props: {
      ...containerArgs({
        plan,
        fleet: model.fleet,
        hosts: model.hosts,
        address: model.nodes.find(({ id }) => id === plan.node)?.address ?? "",
        image: plan.image,
      }),
    },
  }));
}
