import { pulumi, tail } from "../pulumi.ts";
import type { NameMatcher, Trace } from "./trace.ts";

interface Exported {
  readonly deployment?: {
    readonly resources?: readonly { readonly urn: string; readonly type: string }[];
    readonly pending_operations?: readonly { readonly resource: { readonly urn: string; readonly type: string } }[];
  };
}

/** Resources of a stack's state with the name anywhere in them. Secrets are ciphertext there and are not searched. */
export async function tracesInStack(root: string, stack: string, name: NameMatcher): Promise<Trace[]> {
  const run = await pulumi(root, ["stack", "export", "--stack", stack]);
  if (run.code !== 0) {
    if (/no stack named/.test(run.stderr)) return [];
    throw new Error(`stack ${stack} cannot be exported: ${tail(run, 5)}`);
  }
  const { deployment } = JSON.parse(run.stdout) as Exported;
  const resources = [
    ...(deployment?.resources ?? []),
    ...(deployment?.pending_operations ?? []).map((p) => p.resource),
  ];
  return resources
    .filter((resource) => name.matches(JSON.stringify(resource)))
    .map(({ urn, type }) => ({ place: `stack ${stack}`, what: `${type} ${urn.slice(urn.lastIndexOf("::") + 2)}` }));
}
