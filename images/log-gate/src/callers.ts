import type { TLSSocket } from "node:tls";
import { bearerToken, isDigestOf, readTokenDigest } from "../../runtime/api/token-file.ts";
import type { Reader } from "./reader.ts";

/** Who asks: a node's shipper, by a certificate that is made for it, a tenant's reader, or the fleet's operator. */
export type Caller =
  | { readonly kind: "shipper"; readonly node: string }
  | { readonly kind: "reader"; readonly tenant: string }
  | { readonly kind: "operator" };

export interface CallersOptions {
  readonly nodes: readonly string[];
  readonly domain: string;
  readonly operatorFile: string;
  /** By lower-case tenant. */
  readonly readers: () => ReadonlyMap<string, Reader>;
}

/** Knows callers by the certificate of a node or by a token; one object for each, so that work of one can be counted. */
export class Callers {
  private readonly options: CallersOptions;
  private readonly known = new Map<string, Caller>();

  constructor(options: CallersOptions) {
    this.options = options;
  }

  /** Nobody we know: undefined. A token counts before a certificate. */
  identify(socket: TLSSocket, authorization: string | undefined): Caller | undefined {
    if (authorization !== undefined) return this.byToken(bearerToken(authorization));
    // Not authorized: none, of another authority, over, or not made for clients.
    if (!socket.authorized) return undefined;
    const { nodes, domain } = this.options;
    const name = socket.getPeerCertificate().subject?.CN;
    const node = nodes.find((id) => name === `log-shipper.${id}.${domain}`);
    return node === undefined ? undefined : this.once({ kind: "shipper", node });
  }

  private byToken(token: string | undefined): Caller | undefined {
    if (token === undefined) return undefined;
    for (const [tenant, { digest }] of this.options.readers()) {
      if (isDigestOf(digest, token)) return this.once({ kind: "reader", tenant });
    }
    return this.isOperator(token) ? this.once({ kind: "operator" }) : undefined;
  }

  private isOperator(token: string): boolean {
    try {
      return isDigestOf(readTokenDigest(this.options.operatorFile), token);
    } catch {
      // Without the file there is no operator.
      return false;
    }
  }

  private once(caller: Caller): Caller {
    const key = JSON.stringify(caller);
    const known = this.known.get(key) ?? caller;
    this.known.set(key, known);
    return known;
  }
}
