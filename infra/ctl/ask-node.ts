import { readFileSync } from "node:fs";
import { type RequestOptions, request } from "node:https";
import type { Schema } from "../../images/runtime/control/schema.ts";
import { type CtlContext, type CtlNode, isOpen } from "./config-file.ts";
import { CtlError } from "./ctl-error.ts";
import { reasonOf } from "./reason.ts";
import { toldBy } from "./told-by.ts";

/** What a node answered, or why it did not. */
export type Told<T> =
  | { readonly node: string; readonly answer: T }
  | { readonly node: string; readonly status?: number; readonly failure: string };

/** Certificate, key and authority of a context, read once. */
export type Credentials = Readonly<Record<"ca" | "cert" | "key", Buffer>>;

/** Longest that a node may take, ms: one that is away is named within 3 s. */
export const NODE_MS = 2500;
const MOST_BYTES = 16 * 1024 * 1024;

/** Reads what a context asks with. @throws CtlError where a file cannot be read, or the key is open to others */
export function readCredentials({ ca, cert, key }: CtlContext): Credentials {
  const read = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new CtlError(
        `${path} cannot be read: ${(error as Error).message}`,
        "make it anew with `bin/dsmil operator`",
      );
    }
  };
  const files = { ca: read(ca), cert: read(cert), key: read(key) };
  if (isOpen(key)) throw new CtlError(`others may read the key ${key}`, `chmod 600 ${key}`);
  return files;
}

/** Asks every node at once; none waits for another. @param shape what an answer must be like */
export function askNodes<T>(
  nodes: readonly CtlNode[],
  with_: Credentials,
  path: string,
  shape?: Schema,
): Promise<Told<T>[]> {
  return Promise.all(nodes.map((node) => askNode<T>(node, with_, path, NODE_MS, shape)));
}

/** Asks one node by GET. Never throws. @param shape what its answer must be like; anything where it is not given */
export async function askNode<T>(
  node: CtlNode,
  with_: Credentials,
  path: string,
  ms = NODE_MS,
  shape?: Schema,
): Promise<Told<T>> {
  try {
    const { address: host, port, serverName: servername } = node;
    const { status, body } = await get({ host, port, servername, path, ...with_, agent: false }, ms);
    return { node: node.name, ...toldBy<T>(status, body, shape) };
  } catch (error) {
    return { node: node.name, failure: reasonOf(error as NodeJS.ErrnoException) };
  }
}

function get(options: RequestOptions, ms: number): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((done, failed) => {
    const sent = request({ ...options, headers: { accept: "application/json" }, minVersion: "TLSv1.2" });
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${ms / 1000} s`)), ms);
    sent.once("close", () => clearTimeout(timer));
    sent.once("error", failed);
    sent.once("response", (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on("data", (part: Buffer) => {
        size += part.length;
        if (size > MOST_BYTES) sent.destroy(new Error(`an answer of more than ${MOST_BYTES} bytes`));
        else parts.push(part);
      });
      answer.once("error", failed);
      answer.once("end", () => done({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") }));
    });
    sent.end();
  });
}
