import { readAccess } from "../../access/access.ts";
import { connect } from "../../access/connection.ts";
import type { Model } from "../../model/types.ts";
import { said } from "../../provider/run.ts";
import { UserError } from "../errors.ts";
import { gatewayCommand } from "./gateway-command.ts";

/** Longer than any request a gateway works on. */
const TIMEOUT_MS = 140_000;

/** What a gateway said: its answer, or why it refused. */
export interface GatewayAnswer<T> {
  readonly ok: boolean;
  readonly answer: T & { readonly error?: string; readonly reason?: string };
}

/**
 * Asks a node's gateway as root on that node.
 * @param stdin for a request that is read from standard input, so that no process list shows it
 * @throws UserError when there is no gateway, or its answer is none
 */
export async function askGateway<T>(
  root: string,
  model: Model,
  node: string,
  args: readonly string[],
  stdin?: string,
): Promise<GatewayAnswer<T>> {
  const connection = await connect(readAccess(root, node));
  const command = gatewayCommand(model.fleet, node, args);
  const result = await connection.exec(command, { timeoutMs: TIMEOUT_MS, ...(stdin !== undefined && { stdin }) });
  try {
    return { ok: result.code === 0, answer: JSON.parse(result.stdout) };
  } catch {
    throw new UserError(
      `node ${node}: its gateway does not answer: ${said(result).slice(0, 300)}`,
      "bin/dsmil status names what is wrong; bin/dsmil up brings a missing gateway",
    );
  }
}

/** The id of a node of the manifest. @throws UserError naming those there are */
export function knownNode(model: Model, id: string): string {
  if (model.nodes.some((node) => node.id === id)) return id;
  throw new UserError(
    `there is no node ${JSON.stringify(id)}`,
    `name one of ${model.nodes.map((node) => node.id).join(", ")}`,
  );
}
