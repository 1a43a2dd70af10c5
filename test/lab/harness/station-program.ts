import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { DbeError } from "../../../images/runtime/dbe/codec/error.ts";
import { DbeClient } from "../../../images/runtime/dbe/local/client.ts";
import { DbeInbox } from "../../../images/runtime/dbe/local/inbox.ts";

// Runs in a container of the lab with a folder of its own at /run/dbe. It writes down each message that it gets before
// it answers, and, with a device to send to, what became of each message that it sent: id, begin, end (ms), outcome.

const [tenant = "", to] = process.argv.slice(2);
const PACE_MS = 25;
const DEADLINE_MS = 45_000;
const client = new DbeClient();

const inbox = new DbeInbox({
  log: pino({ level: "warn" }),
  handlers: {
    [TYPES.L8_SOC_EVENT_ENRICHMENT]: async ({ messageId, payload }) => {
      appendFileSync("/run/dbe/delivered", `${messageId.toString("hex")}\n`);
      return { type: TYPES.L8_PROPOSAL, payload };
    },
  },
});
await inbox.listen();

const one = async (destination: number): Promise<void> => {
  const [messageId, begun] = [client.newMessageId(), Date.now()];
  const message = { type: TYPES.L8_SOC_EVENT_ENRICHMENT, tenant, destination, messageId, payload: messageId };
  const outcome = await client.request({ ...message, deadlineMs: DEADLINE_MS }).then(
    ({ payload }) => (payload.equals(messageId) ? "ok" : "other"),
    (error: unknown) => (error instanceof DbeError ? error.reason : String(error)),
  );
  appendFileSync("/run/dbe/sent", `${messageId.toString("hex")} ${begun} ${Date.now()} ${outcome}\n`);
};

if (to) {
  const pending = new Set<Promise<void>>();
  while (!existsSync("/run/dbe/stop")) {
    const sending = one(Number(to));
    pending.add(sending);
    void sending.finally(() => pending.delete(sending));
    await sleep(PACE_MS);
  }
  await Promise.all(pending);
  writeFileSync("/run/dbe/done", "");
}
