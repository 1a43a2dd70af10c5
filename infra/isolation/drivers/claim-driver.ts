import { randomBytes } from "node:crypto";
import { mintClaim } from "../../../images/runtime/dbe/claim/mint.ts";
import { LIMITS, TYPES } from "../../../images/runtime/dbe/codec/constants.ts";
import { decodeLocal, encodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import { reasonName, typeName } from "../../../images/runtime/dbe/codec/names.ts";
import { roeTokenOf } from "../../../images/runtime/dbe/roe-token.ts";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { NO_ANSWER } from "../judge.ts";
import type { Answer, Probe } from "../types.ts";
import type { Credentials } from "./credentials.ts";
import type { Doors } from "./doors.ts";

type ClaimProbe = Extract<Probe, { kind: "claim" }>;

/** Time for an answer, ms: the row in the trail may take three seconds of it. */
const DEADLINE_MS = 8000;
/** What the gateways take for a person's name or a key's. */
const USER = "isolation-probe";

/**
 * Sends a frame to the gateway by the container's own folder and prints the answer, base64. argv: the frame, base64; its
 * time is set by the clock of the node (docs/dbe.md, byte layout).
 */
const SEND = `
const b = Buffer.from(process.argv[1], "base64");
b.writeBigUInt64BE(BigInt(Date.now()), 32);
const q = require("http").request({ socketPath: "/run/dbe/gateway.sock", path: "/v1/messages", method: "POST",
  headers: { "content-type": "application/dbe", "content-length": b.length }, timeout: 10000 }, (r) => {
  const c = [];
  r.on("data", (d) => c.push(d)).on("end", () => console.log(Buffer.concat(c).toString("base64")));
});
q.on("timeout", () => q.destroy(new Error("no answer"))).on("error", (e) => { console.error(e.message); process.exit(1); });
q.end(b);`;

/** Asks on the bus with claims. A claim is good for one message and a minute at most; payloads are never shown. */
export class ClaimDriver {
  private readonly doors: Doors;
  private readonly credentials: Credentials;

  constructor(doors: Doors, credentials: Credentials) {
    this.doors = doors;
    this.credentials = credentials;
  }

  async ask(probe: ClaimProbe): Promise<Answer> {
    const frame = await this.frame(probe);
    const argv = ["docker", "exec", probe.container, "/usr/local/bin/node", "-e", SEND, frame.toString("base64")];
    const { code, stdout, stderr } = await this.doors.exec(probe.node, argv);
    if (code !== 0) return { class: NO_ANSWER, detail: stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "" };
    const { type, tlvs } = decodeLocal(Buffer.from(stdout.trim(), "base64"));
    const name = type === TYPES.ERROR ? reasonName(tlvs.reason ?? 0) : typeName(type);
    return { class: name ?? NO_ANSWER, detail: `answer ${name ?? type}` };
  }

  private async frame({ source, destination, tenant, claim, type, payload }: ClaimProbe): Promise<Buffer> {
    const messageId = randomBytes(LIMITS.messageId);
    const claimToken = claim === "none" ? undefined : await this.mint(claim, source, messageId);
    return encodeLocal({
      ...{ type, flags: 0, messageId, source, destination, timestamp: Date.now() },
      tlvs: {
        ...{ tenantId: tenant, deadlineMs: DEADLINE_MS, roeTokenId: roeTokenOf(destination) },
        ...(claimToken && { claimToken }),
      },
      payload: Buffer.from(payload),
    });
  }

  private mint(claim: Exclude<ClaimProbe["claim"], "none">, device: number, messageId: Buffer): Promise<Buffer> {
    const key = signer(this.credentials.seed(claim.signer));
    return mintClaim(key, { tenant: claim.names.toUpperCase(), userId: USER, device, messageId });
  }
}
