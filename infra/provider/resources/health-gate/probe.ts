import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as tlsConnect } from "node:tls";
import type { NodeLink } from "../../handler.ts";
import type { GatedContainer } from "./args.ts";

/** Longest that one question may take, ms. */
const ANSWER_MS = 3000;

/**
 * Asks a container once, over the node's connection to the container's own address.
 * @returns what is wrong, or `undefined` when it answers as it should
 */
export async function probe(link: NodeLink, address: string, container: GatedContainer): Promise<string | undefined> {
  let stream: Duplex;
  try {
    stream = await open(link, address, container.port);
  } catch (error) {
    return `port ${container.port} does not accept connections (${lastWords(error)})`;
  }
  try {
    if (container.kind === "tcp") return undefined;
    return await ask(stream, address, container);
  } catch (error) {
    return `${container.kind} on port ${container.port}: ${lastWords(error)}`;
  } finally {
    stream.destroy();
  }
}

/** An address that swallows packets would keep a caller waiting for the kernel's own two minutes. */
async function open(link: NodeLink, address: string, port: number): Promise<Duplex> {
  const opening = link.stream(address, port);
  const late = new AbortController();
  const timeout = sleep(ANSWER_MS, undefined, { signal: late.signal }).then(
    () => {
      opening.then(
        (stream) => stream.destroy(),
        () => undefined,
      );
      throw new Error("no answer");
    },
    () => opening,
  );
  try {
    return await Promise.race([opening, timeout]);
  } finally {
    late.abort();
  }
}

function ask(stream: Duplex, address: string, { kind, port, path = "/healthz" }: GatedContainer) {
  const secure = kind === "https";
  return new Promise<string | undefined>((resolve, reject) => {
    stream.once("error", reject);
    const options = { host: address, port, path, headers: { connection: "close" } };
    // Without an agent the request takes the connection that it is given.
    const asking = secure
      ? httpsRequest({
          ...options,
          // Only whether it serves is asked here; clients of the service check the certificate.
          createConnection: () => tlsConnect({ socket: stream, rejectUnauthorized: false }),
        })
      : httpRequest({ ...options, createConnection: () => stream });
    const timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    asking.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asking.once("response", (response) => {
      clearTimeout(timer);
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status >= 200 && status < 400 ? undefined : `${path} answers with status ${status}`);
    });
    asking.end();
  });
}

const lastWords = (error: unknown): string =>
  ((error instanceof Error ? error.message : String(error)).split("\n").at(-1) ?? "").replace(/^.*: /, "");
