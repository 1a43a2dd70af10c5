import { resourceName, stackState } from "../stack-state.ts";
import type { NameMatcher, Trace } from "./trace.ts";

/** Resources of a stack's state with the name anywhere in them. Secrets are ciphertext there and are not searched. */
export async function tracesInStack(root: string, stack: string, name: NameMatcher): Promise<Trace[]> {
  const { resources = [], pending = [] } = (await stackState(root, stack)) ?? {};
  return [...resources, ...pending]
    .filter((resource) => name.matches(JSON.stringify(resource)))
    .map((resource) => ({ place: `stack ${stack}`, what: `${resource.type} ${resourceName(resource)}` }));
}
