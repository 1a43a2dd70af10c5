import { expect, it } from "vitest";
import { seedOf } from "../../unit/dbe/support/random.ts";
import { REAL_SHARE, runSchedule } from "./simulation/schedule.ts";

/**
 * Links between two or three nodes in virtual time, on a network that loses, repeats, alters, delays and reorders
 * frames and cuts channels, with processes that die, clocks that are off and keys that are replaced. Each schedule
 * follows from its seed alone.
 *
 * All schedules use the real links, codec and sessions (AES-256-GCM). Handshakes are real ones in every 32nd schedule
 * only; in the others they are a stand-in with the same frames and steps but without signatures and key exchange
 * (cheap-keying.ts), since a real one costs more than all the rest.
 *
 * DBE_SIM_SEED is the first seed, DBE_SIM_SCHEDULES the number of schedules; a failure names the seed to run alone.
 */
const SCHEDULES = Number(process.env.DBE_SIM_SCHEDULES ?? 10_000);
const first = seedOf("DBE_SIM_SEED");

it(`links keep their promises in ${SCHEDULES} schedules, one in ${REAL_SHARE} with real handshakes`, async () => {
  const totals: Record<string, number> = {};
  for (let index = 0; index < SCHEDULES; index++) {
    const seed = (first + index) % 2 ** 31;
    const { violations, counts, plan } = await runSchedule(seed);
    for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count;
    const again = `DBE_SIM_SEED=${seed} DBE_SIM_SCHEDULES=1`;
    if (violations.length > 0) expect.fail(`${again}\n${violations.join("\n")}\n${JSON.stringify(plan)}`);
  }
  console.log(totals);
  // Nothing that this is about may have been left out.
  if (SCHEDULES < 1000) return;
  const seen = ["real", "answered", "abandoned", "asked again", "rekeyed", "rejected TIMEOUT", "error OVERLOADED"];
  for (const what of [...seen, "refused REPLAY", "refused BAD_TAG", "handshake STALE_TIMESTAMP"]) {
    expect(totals[what], what).toBeGreaterThan(0);
  }
}, 170_000);
