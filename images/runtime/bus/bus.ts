import { access } from "node:fs/promises";
import { connect } from "node:net";
import { Counter, type Registry } from "prom-client";
import { DbeError } from "../dbe/codec/error.ts";
import { typeName } from "../dbe/codec/names.ts";
import type { Envelope } from "../dbe/codec/types.ts";
import { DbeClient, type OutgoingMessage } from "../dbe/local/client.ts";

export interface BusOptions {
  /** The container's folder, `/run/dbe`; a fleet without gateways has none. */
  readonly folder: string;
  readonly registry: Registry;
  /** Requests at a time; further ones wait for their turn. */
  readonly connections: number;
}

/** Connections for one-way messages: they never wait for requests, nor requests for them. */
const ONE_WAY_CONNECTIONS = 4;
/** Time in which a gateway that is there takes a connection, ms. */
const PROBE_MS = 1000;

/** The bus as a service uses it: it may not be deployed, and what becomes of each message is counted. */
export class Bus {
  private readonly folder: string;
  private readonly requests: DbeClient;
  private readonly oneWay: DbeClient;
  private readonly counter: Counter<"type" | "result">;

  constructor({ folder, registry, connections }: BusOptions) {
    this.folder = folder;
    this.requests = new DbeClient({ folder, connections });
    this.oneWay = new DbeClient({ folder, connections: ONE_WAY_CONNECTIONS });
    this.counter = new Counter({
      name: "dsmil_dbe_client_requests_total",
      help: "Messages sent over the bus by type and result: ok, or the reason of the refusal",
      labelNames: ["type", "result"],
      registers: [registry],
    });
  }

  /** Whether this container has a folder on the bus. */
  isDeployed(): Promise<boolean> {
    return access(this.folder).then(
      () => true,
      () => false,
    );
  }

  /** Whether this node's gateway takes connections; it is sent nothing. */
  isReached(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(`${this.folder}/gateway.sock`);
      const done = (reached: boolean): void => {
        socket.destroy();
        resolve(reached);
      };
      socket.setTimeout(PROBE_MS, () => done(false));
      socket.once("connect", () => done(true));
      socket.once("error", () => done(false));
    });
  }

  newMessageId(): Buffer {
    return this.requests.newMessageId();
  }

  /** Asks, and returns the answer. @throws DbeError as DbeClient.request */
  request(message: OutgoingMessage): Promise<Envelope> {
    return this.counted(message, this.requests.request(message));
  }

  /** Tells, and returns when it was taken. @throws DbeError as DbeClient.send */
  send(message: OutgoingMessage): Promise<void> {
    return this.counted(message, this.oneWay.send(message));
  }

  close(): void {
    this.requests.close();
    this.oneWay.close();
  }

  private async counted<T>({ type }: OutgoingMessage, outcome: Promise<T>): Promise<T> {
    let result = "ok";
    try {
      return await outcome;
    } catch (error) {
      result = error instanceof DbeError ? error.reason : "INTERNAL";
      throw error;
    } finally {
      this.counter.inc({ type: typeName(type) ?? "unknown", result });
    }
  }
}
