import { DbeError } from "../../../runtime/dbe/codec/error.ts";
import type { Envelope } from "../../../runtime/dbe/codec/types.ts";
import { Acceptor } from "../../../runtime/dbe/link/acceptor.ts";
import { DbeLink } from "../../../runtime/dbe/link/dbe-link.ts";
import type { RequestHandler } from "../../../runtime/dbe/link/incoming.ts";
import type { Keying } from "../../../runtime/dbe/link/keying.ts";
import { LINK_LIMITS } from "../../../runtime/dbe/link/limits.ts";
import type { LineOptions } from "../../../runtime/dbe/link/line-options.ts";
import type { LinkStats } from "../../../runtime/dbe/link/link-stats.ts";
import { systemClock } from "../../../runtime/dbe/link/system-clock.ts";
import { LINK_TIMINGS, type LinkTimings } from "../../../runtime/dbe/link/timings.ts";
import type { Transport } from "../../../runtime/dbe/transport/transport.ts";
import type { CheckResult } from "../../../runtime/health.ts";
import type { Certificate } from "../../../runtime/pqc/certificate.ts";
import type { Configuration } from "../routes/configuration.ts";
import type { LinkEvents } from "./link-events.ts";

export interface LinksOptions {
  readonly configuration: Configuration;
  readonly keying: Keying;
  readonly transport: Transport;
  readonly events: LinkEvents;
  readonly random: (bytes: number) => Buffer;
  /** Works on the requests of peers; never throws. */
  readonly onRequest: RequestHandler;
  readonly timings?: Partial<LinkTimings>;
}

/** Bytes that one link may hold of requests, and of answers. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Entry {
  readonly link: DbeLink;
  /** What was pinned when the link was made. */
  readonly pin: string | undefined;
}

/** The links with all peers: made, and ended, as gateway.json and the peer keys say. */
export class Links {
  private readonly options: LinksOptions;
  private readonly lines: LineOptions;
  private readonly acceptor: Acceptor;
  private readonly entries = new Map<string, Entry>();

  constructor(options: LinksOptions) {
    this.options = options;
    const { configuration, keying, events, random, timings } = options;
    this.lines = {
      self: configuration.settings.node,
      keying,
      clock: systemClock,
      random,
      timings: { ...LINK_TIMINGS, ...timings },
      limits: { ...LINK_LIMITS, pendingBytes: MOST_BYTES, answerBytes: MOST_BYTES },
      report: (event) => events.take(event),
    };
    this.acceptor = new Acceptor({ ...this.lines, linkWith: (node) => this.entries.get(node)?.link });
  }

  /** Takes peers' channels and makes the links. */
  async start(): Promise<void> {
    this.sync();
    await this.options.transport.listen((channel) => this.acceptor.accept(channel));
  }

  /** Makes the links equal to the configuration; one whose peer is gone, revoked or has another key or TPM ends at once. */
  sync(): void {
    const { configuration } = this.options;
    const wanted = configuration.settings.peers;
    for (const [peer, { link, pin }] of this.entries) {
      if (wanted.has(peer) && this.isGood(peer) && pinOf(configuration.pinned(peer)) === pin) continue;
      this.entries.delete(peer);
      void link.close();
    }
    for (const peer of wanted.keys()) if (!this.entries.has(peer) && this.isGood(peer)) this.make(peer);
  }

  /**
   * Asks a peer's service.
   * @throws DbeError as DbeLink.request, and DESTINATION_UNAVAILABLE without a link
   */
  async ask(peer: string, request: Envelope, deadlineMs: number): Promise<Envelope> {
    return this.linkWith(peer).request(request, deadlineMs);
  }

  /** Makes new keys with a peer, or with all. @throws DbeError */
  async rekey(peer?: string): Promise<readonly string[]> {
    const peers = peer === undefined ? [...this.entries.keys()] : [peer];
    await Promise.all(peers.map((one) => this.linkWith(one).rekey()));
    return peers;
  }

  stats(): readonly LinkStats[] {
    return [...this.entries.values()].map(({ link }) => link.stats());
  }

  /** For /health: how many peers are reached. */
  check(): CheckResult {
    const down = this.stats().filter(({ state }) => state !== "up");
    const missing = [...this.options.configuration.settings.peers.keys()].filter((peer) => !this.entries.has(peer));
    const away = [...down.map(({ peer }) => peer), ...missing];
    return away.length === 0
      ? { value: this.entries.size, ok: true }
      : { value: `away: ${away.join(", ")}`, ok: false };
  }

  async close(graceMs: number): Promise<void> {
    this.acceptor.close();
    await Promise.all([...this.entries.values()].map(({ link }) => link.close(graceMs)));
    await this.options.transport.close();
  }

  private linkWith(peer: string): DbeLink {
    const entry = this.entries.get(peer);
    if (entry) return entry.link;
    throw new DbeError(
      "DESTINATION_UNAVAILABLE",
      `there is no link with ${peer}; gateway.json and peer_keys say which`,
    );
  }

  private isGood(peer: string): boolean {
    const { configuration } = this.options;
    const pinned = configuration.pinned(peer);
    return pinned !== undefined && !configuration.revoked(peer, pinned.publicKey);
  }

  private make(peer: string): void {
    const { configuration, transport, onRequest } = this.options;
    const link = new DbeLink({
      ...this.lines,
      peer,
      // Read anew for each dial and each look: both may change while the link lives.
      dial: async () => {
        const address = configuration.settings.peers.get(peer);
        if (!address) throw new Error(`${peer} is no peer any more`);
        return transport.dial(address);
      },
      rotation: {
        get seconds() {
          return configuration.settings.rotation.seconds;
        },
        get messages() {
          return configuration.settings.rotation.messages;
        },
      },
    });
    link.onRequest = onRequest;
    this.entries.set(peer, { link, pin: pinOf(configuration.pinned(peer)) });
  }
}

/** What of a certificate a link rests on: with anything else the peer has to prove itself anew. */
function pinOf(certificate: Certificate | undefined): string | undefined {
  if (!certificate) return undefined;
  const { publicKey, attestationKey, pcrs, pcrDigest } = certificate;
  return [publicKey, attestationKey, pcrs, pcrDigest].join();
}
