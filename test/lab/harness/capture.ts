import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { run } from "./dsmil.ts";

/** A packet of the lab's network. */
export interface Packet {
  readonly protocol: "tcp" | "udp";
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  /** What is after the header of TCP or UDP. */
  readonly payload: Buffer;
  /** TCP's sequence number. */
  readonly sequence: number;
}

/** A capture ends after this time, whoever forgets to stop it. */
const MOST_SECONDS = 120;

/** What passes between machines of the lab, taken from their bridge on this machine. */
export class Capture {
  readonly #folder = mkdtempSync(join(tmpdir(), "dsmil-lab-capture-"));
  #child: ChildProcess | undefined;

  /** @param filter as tcpdump takes it */
  static async start(filter: string): Promise<Capture> {
    await ensurePackages(["tcpdump"]);
    const { stdout } = await run("docker", ["network", "inspect", "-f", "{{.Id}}", "dsmil-lab"]);
    const bridge = `br-${stdout.trim().slice(0, 12)}`;
    const capture = new Capture();
    await capture.#begin(bridge, filter);
    return capture;
  }

  /** Ends it; what was captured. */
  async stop(): Promise<Packet[]> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      // What the kernel holds when the signal comes is never written; on a busy machine tcpdump lags.
      await sleep(1000);
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    }
    const packets = packetsOf(readFileSync(this.#file));
    rmSync(this.#folder, { recursive: true, force: true });
    return packets;
  }

  get #file(): string {
    return join(this.#folder, "packets.pcap");
  }

  async #begin(bridge: string, filter: string): Promise<void> {
    // As root, since the folder is ours; packet by packet in kernel and program, so that no buffer holds some at the end.
    const how = ["-s", "0", "-n", "-U", "--immediate-mode", "-Z", "root", "-G", String(MOST_SECONDS), "-W", "1"];
    const args = ["-i", bridge, ...how, "-w", this.#file, filter];
    const child = spawn("tcpdump", args, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line);
      if (line.includes("listening on")) return;
    }
    throw new Error(`tcpdump did not begin: ${said.join(" ")}`);
  }
}

const ETHERNET = 14;
const IPV4 = 0x0800;

/** The packets in a file of tcpdump on an Ethernet, IPv4 only. */
function packetsOf(file: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const packet = packetOf(file.subarray(at + 16, at + 16 + length));
    if (packet) packets.push(packet);
    at += 16 + length;
  }
  return packets;
}

function packetOf(frame: Buffer): Packet | undefined {
  if (frame.readUInt16BE(12) !== IPV4) return undefined;
  const ip = frame.subarray(ETHERNET, ETHERNET + frame.readUInt16BE(ETHERNET + 2));
  const protocol = { 6: "tcp", 17: "udp" }[ip.readUInt8(9)];
  if (protocol !== "tcp" && protocol !== "udp") return undefined;
  const inner = ip.subarray(4 * (ip.readUInt8(0) & 0x0f));
  const header = protocol === "udp" ? 8 : 4 * (inner.readUInt8(12) >> 4);
  return {
    protocol,
    from: [...ip.subarray(12, 16)].join("."),
    to: [...ip.subarray(16, 20)].join("."),
    fromPort: inner.readUInt16BE(0),
    toPort: inner.readUInt16BE(2),
    payload: inner.subarray(header),
    sequence: protocol === "tcp" ? inner.readUInt32BE(4) : 0,
  };
}
