import { Counter, Gauge, type Registry } from "prom-client";
import type { KeyFacts } from "../../runtime/fleet/fleet-files.ts";
import type { StaleLink } from "./handshakes.ts";

/** The crypto watcher's own metrics. Labels are bounded: nodes and servers of the fleet, reasons of a closed list. */
export class CryptoMetrics {
  private readonly expiry: Gauge<"certificate">;
  private readonly keyAge: Gauge<"node">;
  private readonly linkAge: Gauge<"a" | "b">;
  private readonly downgrades: Counter<"node" | "reason">;
  private readonly strangers: Counter<"node" | "reason">;
  private readonly keyed: Counter<"node">;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
      new Gauge<T>({ name, help, labelNames, registers });
    const counter = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
      new Counter<T>({ name, help, labelNames, registers });
    this.expiry = gauge("dsmil_crypto_certificate_expiry_seconds", "Time until a certificate ends", "certificate");
    this.keyAge = gauge("dsmil_crypto_node_key_age_seconds", "Age of a node's ML-DSA-87 key", "node");
    this.linkAge = gauge("dsmil_crypto_link_key_age_seconds", "Age of the session keys between two nodes", "a", "b");
    this.downgrades = counter(
      "dsmil_crypto_downgrade_attempts_total",
      "Handshakes refused for weaker keys or an older protocol, from 24 hours before the start on",
      ...(["node", "reason"] as const),
    );
    this.strangers = counter(
      "dsmil_crypto_refused_handshakes_total",
      "Handshakes and frames refused for an identity that was not proved, from 24 hours before the start on",
      ...(["node", "reason"] as const),
    );
    this.keyed = counter("dsmil_crypto_sessions_keyed_total", "Sessions and rotations that the trail tells of", "node");
  }

  facts({ certificates, nodeKeys }: KeyFacts, now: number): void {
    this.expiry.reset();
    for (const [certificate, { validToDate }] of certificates) {
      this.expiry.set({ certificate }, Math.round((validToDate.getTime() - now) / 1000));
    }
    this.keyAge.reset();
    for (const [node, { issuedAt }] of nodeKeys) {
      this.keyAge.set({ node }, Math.max(0, Math.round((now - Date.parse(issuedAt)) / 1000)));
    }
  }

  links(ages: readonly StaleLink[]): void {
    this.linkAge.reset();
    for (const { nodes, ageSeconds } of ages) {
      const [a, b] = nodes;
      if (ageSeconds !== undefined) this.linkAge.set({ a, b }, Math.round(ageSeconds));
    }
  }

  refused(meaning: "downgrade" | "stranger", node: string, reason: string): void {
    (meaning === "downgrade" ? this.downgrades : this.strangers).inc({ node, reason });
  }

  madeKeys(node: string): void {
    this.keyed.inc({ node });
  }
}
