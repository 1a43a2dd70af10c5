import { createHash, X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Operator } from "../../runtime/control/operator.ts";
import { Problem } from "./problem.ts";

/** What a connection's certificate says, read once. */
interface Shown {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Who asks, by the certificate of the connection: looked up anew for each request. */
export class Callers {
  private readonly shown = new WeakMap<TLSSocket, Shown>();

  /**
   * The operator of a connection.
   * @throws Problem (401) saying why it is nobody
   */
  of(socket: TLSSocket, operators: ReadonlyMap<string, Operator>, now = Date.now()): Operator {
    const { key, until } = this.shown.get(socket) ?? this.read(socket);
    // A connection may outlive the certificate.
    if (until < now) throw expired();
    const operator = operators.get(key);
    if (operator === undefined) throw new Problem(401, "unknown_operator", "The certificate is of no operator here.");
    if (operator.revoked) throw new Problem(401, "revoked", "The operator's certificate is revoked.");
    return operator;
  }

  private read(socket: TLSSocket): Shown {
    const { raw } = socket.getPeerCertificate();
    if (raw === undefined) throw new Problem(401, "no_certificate", "A client certificate is needed.");
    // Told as an Error by Node's types, and as its code by Node.
    if ((socket.authorizationError as unknown) === "CERT_HAS_EXPIRED") throw expired();
    if (!socket.authorized) {
      throw new Problem(
        401,
        "untrusted_certificate",
        "The certificate is not of the operators' authority, or not valid.",
      );
    }
    const certificate = new X509Certificate(raw);
    const spki = certificate.publicKey.export({ type: "spki", format: "der" });
    const shown = { key: createHash("sha256").update(spki).digest("hex"), until: Date.parse(certificate.validTo) };
    this.shown.set(socket, shown);
    return shown;
  }
}

const expired = (): Problem =>
  new Problem(
    401,
    "certificate_expired",
    "The certificate has expired: `bin/dsmil up` renews it, `bin/dsmil operator` writes the new one.",
  );
