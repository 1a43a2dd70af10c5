import { isOutside } from "../../../runtime/soc/outside.ts";
import type { Observed } from "../observed.ts";
import type { Signal } from "../signal.ts";
import { Beacons } from "./beacons.ts";
import { Scans } from "./scans.ts";
import { Tunnels } from "./tunnels.ts";
import { Uploads } from "./uploads.ts";

/** Categories of what sensors of the network see. */
const SEEN: ReadonlySet<string> = new Set(["NETWORK", "DNS", "WEB"]);

/** Longest address and name of DNS, characters: what is kept of longer ones would have no bound. */
const MAX_ADDRESS = 45;
const MAX_NAME = 254;

/** Device 57: what connections look like over time. */
export class NetworkWatch {
  private readonly beacons = new Beacons();
  private readonly scans = new Scans();
  private readonly tunnels = new Tunnels();
  private readonly uploads = new Uploads();
  private events = 0;

  /** Events that it looked at. */
  get looked(): number {
    return this.events;
  }

  look(event: Observed): readonly Signal[] {
    if (!SEEN.has(event.category)) return [];
    this.events += 1;
    const { src_ip: from, dest_ip: to, domain } = event.fields;
    if ([from, to].some((one) => isLonger(one, MAX_ADDRESS)) || isLonger(domain, MAX_NAME)) return [];
    const outward = typeof from === "string" && typeof to === "string" && !isOutside(from) && isOutside(to);
    return [this.beacons, this.scans, this.tunnels, this.uploads].flatMap((one) => one.look(event, outward));
  }
}

const isLonger = (value: unknown, most: number): boolean => typeof value === "string" && value.length > most;
