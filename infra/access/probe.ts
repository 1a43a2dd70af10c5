import type { NodeSSH } from "node-ssh";
import { listAccess, type NodeAccess, readAccess } from "./access.ts";
import { runCommand } from "./command.ts";
import { dial } from "./dial.ts";
import { endpointOf, NodeError } from "./node-error.ts";

/** Whether one node can be deployed to now. */
export interface NodeProbe {
  readonly node: string;
  readonly ok: boolean;
  /** `root@172.20.0.10:22`; absent when nothing says where the node is. */
  readonly endpoint?: string;
  /** Version of the node's engine. */
  readonly engine?: string;
  /** Why not, for people: names node, endpoint, cause and remedy. */
  readonly problem?: string;
  readonly milliseconds: number;
}

/** All nodes are asked at once; together with the question to the engine this stays below 20 s. */
const DIAL = { tryMs: 5_000, totalMs: 11_000, tries: 3 };
const ASK_MS = 7_000;

/**
 * Asks each node, all at the same time, whether SSH lets us in and its engine answers. Never throws for a node that
 * does not: its result says why. Takes at most 20 s.
 * @param nodes node ids; default: all that have a stack file
 */
export async function probeNodes(root: string, nodes?: readonly string[]): Promise<NodeProbe[]> {
  const ids = nodes ?? listAccess(root).map((access) => access.node);
  return Promise.all(ids.map((node) => probeNode(root, node)));
}

async function probeNode(root: string, node: string): Promise<NodeProbe> {
  const started = Date.now();
  const result = (rest: Omit<NodeProbe, "node" | "milliseconds">): NodeProbe => ({
    node,
    ...rest,
    milliseconds: Date.now() - started,
  });
  let access: NodeAccess;
  try {
    access = readAccess(root, node);
  } catch (error) {
    return result({ ok: false, problem: `${node}: ${(error as Error).message}` });
  }
  const endpoint = endpointOf(access);
  return ask(access, endpoint, result);
}

/** On a connection of its own: one that is kept may be to a machine that has just gone silent. */
async function ask(
  access: NodeAccess,
  endpoint: string,
  result: (rest: Omit<NodeProbe, "node" | "milliseconds">) => NodeProbe,
): Promise<NodeProbe> {
  let ssh: NodeSSH | undefined;
  try {
    ssh = await dial(access, DIAL);
    if (ssh.connection === null) throw new NodeError(access, "connection lost");
    const question = "docker version --format '{{.Server.Version}}'";
    const answer = await runCommand(ssh.connection, question, { timeoutMs: ASK_MS });
    if (answer.code === 0) return result({ ok: true, endpoint, engine: answer.stdout.trim() });
    const cause = answer.stderr.trim().split("\n").at(-1) ?? "";
    const remedy =
      answer.code === 127
        ? "Install it there: apt-get install docker.io"
        : "Start it there: systemctl start docker (a lab machine starts it again by itself)";
    return result({
      ok: false,
      endpoint,
      problem: `${access.node} (${endpoint}): SSH works, but its engine does not answer: ${cause}. ${remedy}`,
    });
  } catch (error) {
    const known = error instanceof NodeError;
    const problem = known ? error.message : `${access.node} (${endpoint}): SSH works, but ${(error as Error).message}`;
    return result({ ok: false, endpoint, problem });
  } finally {
    ssh?.dispose();
  }
}
