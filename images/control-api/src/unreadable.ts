import type { Socket } from "node:net";
import type { Log } from "../../runtime/log.ts";
import type { Audit } from "./audit.ts";
import { Problem } from "./problem.ts";

/** What HTTP's parser finds fault with, and how it is answered. */
const TOLD: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "headers_too_large", "The request's head is larger than 16 KiB."],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request_timeout", "The request did not arrive in time."],
};
const MALFORMED = [400, "malformed_request", "This is no request of HTTP/1.1."] as const;

/**
 * Answers what is no request, and has it written down as nobody's: the parser gives it up before anybody is asked who they
 * are. A handshake that failed is no request.
 */
export async function refuseUnreadable(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { audit, log }: { readonly audit: Audit; readonly log: Log },
): Promise<void> {
  const { code = "" } = error;
  const told = TOLD[code] ?? (code.startsWith("HPE_") ? MALFORMED : undefined);
  if (told === undefined || !socket.writable) return void socket.destroy(error);
  const { remoteAddress: client } = socket;
  const { status, code: why, body } = new Problem(...told);
  try {
    await audit.call({ ...(client !== undefined && { client }), what: "unreadable", status, code: why });
    socket.end(responseOf(status, body.title, JSON.stringify(body)));
  } catch (problem) {
    log.error({ err: problem }, "call not written down, and not answered");
    socket.destroy();
  }
}

const responseOf = (status: number, title: string, content: string): string =>
  [
    `HTTP/1.1 ${status} ${title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(content)}`,
    "connection: close",
    "",
    content,
  ].join("\r\n");
