import { QuicTransport } from "../../../runtime/dbe/transport/quic-transport.ts";
import { TlsTransport } from "../../../runtime/dbe/transport/tls-transport.ts";
import type { Refusal, Transport } from "../../../runtime/dbe/transport/transport.ts";
import type { Log } from "../../../runtime/log.ts";
import type { GatewayConfig } from "../config.ts";
import type { Configuration } from "../routes/configuration.ts";
import { CredentialsWatcher, readCredentials } from "./credentials-watcher.ts";

export interface TransportParts {
  readonly config: GatewayConfig;
  readonly configuration: Configuration;
  readonly onRefused: (refusal: Refusal) => void;
  readonly log: Log;
}

/** Certificates are renewed days before they end; a look a minute would do. */
const CERTS_POLL_MS = 5000;

/**
 * The transport that gateway.json asks for. Over TLS its certificates are watched until `signal` aborts; over QUIC the
 * sidecar has them.
 */
export async function openTransport(parts: TransportParts, signal: AbortSignal): Promise<Transport> {
  const { config, configuration, onRefused, log } = parts;
  const { transport, domain } = configuration.settings;
  const peers = (): readonly string[] => [...configuration.settings.peers.keys()];
  if (transport === "quic") return new QuicTransport({ sockets: config.quicDir, peers, onRefused });
  const credentials = await readCredentials(config.certsDir);
  const tls = new TlsTransport({ domain, bind: config.bind, credentials, peers, onRefused });
  void new CredentialsWatcher(config.certsDir, credentials, tls, log).run(CERTS_POLL_MS, signal);
  return tls;
}
