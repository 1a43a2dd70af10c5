import type { ExecResult, NodeLink } from "./handler.ts";

/** Longest part of a command's own words that an error repeats, characters. */
const TAIL = 600;

/**
 * Runs a command on a node that must succeed.
 * @param what for the error: `write /etc/dsmil/redis on node-c`
 * @throws with the end of what the command said
 */
export async function run(
  link: NodeLink,
  what: string,
  argv: readonly string[],
  options?: Parameters<NodeLink["exec"]>[1],
): Promise<string> {
  const result = await link.exec(argv, options);
  if (result.code !== 0) throw new Error(`${what}: ${said(result)}`);
  return result.stdout;
}

/** The last words of a failed command. */
export function said({ code, stdout, stderr }: ExecResult): string {
  const words = (stderr.trim() || stdout.trim()).slice(-TAIL);
  return words === "" ? `exit status ${code}` : words;
}
