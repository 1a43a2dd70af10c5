import { pulumi, tail } from "./pulumi.ts";

/** A resource as the state of a stack has it; other fields are there too, secrets as ciphertext. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** What the resource is called where it lives: a container's is the engine's 64 hexadecimal digits. */
  readonly id?: string;
}

export interface StackState {
  readonly resources: readonly StateResource[];
  /** Resources that an update began to make, change or delete, and was killed before it knew how that ended. */
  readonly pending: readonly StateResource[];
}

/** The name that the program gave a resource. */
export const resourceName = ({ urn }: Pick<StateResource, "urn">): string => urn.slice(urn.lastIndexOf("::") + 2);

interface Exported {
  readonly deployment?: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly resource: StateResource }[];
  };
}

/**
 * What Pulumi holds of a stack.
 * @returns nothing where there is no such stack
 * @throws where the state cannot be read
 */
export async function stackState(root: string, stack: string): Promise<StackState | undefined> {
  const run = await pulumi(root, ["stack", "export", "--stack", stack]);
  if (run.code === 0) return parseState(run.stdout);
  if (/no stack named/.test(run.stderr)) return undefined;
  throw new Error(`stack ${stack} cannot be exported: ${tail(run, 5)}`);
}

/** Reads what `pulumi stack export` prints. */
export function parseState(text: string): StackState {
  const { deployment } = JSON.parse(text) as Exported;
  return {
    resources: deployment?.resources ?? [],
    pending: (deployment?.pending_operations ?? []).map(({ resource }) => resource),
  };
}
