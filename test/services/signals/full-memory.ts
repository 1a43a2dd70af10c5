import type { TaxiiFeed } from "../../../images/l8-signals/src/intel/feed-list.ts";
import "../../../images/l8-signals/src/app.ts";
import { Habits } from "../../../images/l8-signals/src/habits/habits.ts";
import { IndicatorSet } from "../../../images/l8-signals/src/intel/indicator-set.ts";
import { TaxiiCollection } from "../../../images/l8-signals/src/intel/taxii.ts";
import { NetworkWatch } from "../../../images/l8-signals/src/network/network.ts";
import type { Observed } from "../../../images/l8-signals/src/observed.ts";
import { ownText } from "../../../images/runtime/intel/own-text.ts";

// Fills all that the service keeps to the brim, then polls a collection as often as asked for; run with the heap of its image.
const [, , feed = "", folder = "", polls = "1"] = process.argv;
const START = Date.parse("2026-11-30T00:00:00Z");
const HOUR = 3_600_000;
const network = new NetworkWatch();
const habits = new Habits();

// Fields of an event are texts of their own, as out of JSON; those here must not be shared.
function look(watch: NetworkWatch | Habits, category: string, at: number, fields: Observed["fields"]): void {
  const own = Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? ownText(value) : value]);
  watch.look({ id: "x", category, at, fields: Object.fromEntries(own) as Observed["fields"] });
}

const flow = { event_type: "flow", bytes_out: 1000 };
for (let gap = 0; gap < 26; gap++) {
  for (let n = 0; n < 10_000; n++) {
    const at = START + gap * HOUR + n;
    const pair = {
      src_ip: `10.0.${n >> 8}.${n & 255}`,
      dest_ip: `203.0.113.${n % 250}`,
      flow_id: `${gap}-${n}-123456789`,
    };
    look(network, "NETWORK", at, { ...flow, ...pair, dest_port: 40_000 + (n % 1000), bytes_in: 5000 });
  }
}
for (let n = 0; n < 2000; n++) {
  for (let target = 0; target < 64; target++) {
    const pair = {
      src_ip: `10.1.${n >> 8}.${n & 255}`,
      dest_ip: `10.200.${target}.${n & 255}`,
      dest_port: 1000 + target,
    };
    look(network, "NETWORK", START + 50 * HOUR, { event_type: "flow", bytes_in: 0, ...pair });
  }
}
for (let n = 0; n < 4000; n++) {
  for (let name = 0; name < 256; name++) {
    look(network, "DNS", START + 50 * HOUR, {
      src_ip: `10.1.${n >> 8}.${n & 255}`,
      domain: `aaaaaaaa${name}x${n}.evil.example`,
    });
  }
}
for (let n = 0; n < 10_000; n++) {
  for (let login = 0; login < 20; login++) {
    const fields = {
      ssh_fact: "accepted",
      user: `user-${n}`,
      src_ip: `10.${login}.${n & 255}.9`,
      host: `host-${login}-${n}`,
    };
    look(habits, "AUTH", START + login * HOUR, fields as Observed["fields"]);
  }
}
const mib = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};
const tables = mib();
const collection = new TaxiiCollection(JSON.parse(feed) as TaxiiFeed, folder);
let current = new IndicatorSet([]);
const problems: string[] = [];
for (let poll = 0; poll < Number(polls); poll++) {
  await collection
    .poll(new AbortController().signal)
    .then(({ indicators }) => {
      current = new IndicatorSet([indicators]);
    })
    .catch((error: Error) => {
      problems.push(error.message);
    });
}
const known = { accounts: habits.size, events: network.looked, indicators: current.size };
console.log(JSON.stringify({ tables, full: mib(), ...known, problems }));
