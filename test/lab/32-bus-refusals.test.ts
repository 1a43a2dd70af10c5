import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reason } from "../../images/runtime/dbe/codec/constants.ts";
import { closeConnections } from "../../infra/access/connection.ts";
import { issue } from "../../infra/provider/pqc.ts";
import { Authority } from "../images/certificates.ts";
import { newKey } from "../services/dbe-gateway/support/keys.ts";
import { buildSidecar } from "../services/support/dbe-sidecar.ts";
import { ADDRESS, DOMAIN, PORT, type Refused, refusedBy, shown, until, untilLinked } from "./harness/bus.ts";
import { root, run } from "./harness/dsmil.ts";
import { onNode, onNodeOk } from "./harness/fleet.ts";
import { Impostor } from "./harness/impostor.ts";
import { type Stolen, stolenFrom } from "./harness/stolen.ts";
import { buildStranger } from "./harness/stranger.ts";

// What a node refuses before there is a session: TLS of strangers, and handshakes of who has a node's TLS certificate.

const folder = mkdtempSync(join(tmpdir(), "dsmil-lab-refusals-"));
let stranger: string;
let stolen: Stolen;
let impostor: Impostor;

beforeAll(async () => {
  await untilLinked();
  [stolen, stranger] = [await stolenFrom("node-b"), await buildStranger(root, folder)];
  impostor = await Impostor.start(await buildSidecar(folder), stolen);
});
afterAll(async () => {
  await impostor?.close();
  await untilLinked();
  await closeConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** One refusal, for this reason, in the trail and in the counters. */
function expectOne(refused: Refused, reason: Reason): void {
  expect(refused.rows.map((row) => row.reason)).toEqual([reason]);
  expect(refused.counted).toEqual({ [reason]: 1 });
}

/** A file with certificate and key, for the stranger. */
function pairFile(name: string, { cert, key }: { cert: string; key: string }): string {
  const file = join(folder, `${name}.pem`);
  writeFileSync(file, `${cert}\n${key}\n`, { mode: 0o600 });
  return file;
}

describe("a peer at node-a's sidecar", () => {
  const knock = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(stranger, ["-address", `${ADDRESS["node-a"]}:${PORT}`, ...args]);
    return stdout.trim();
  };

  it.each([
    ["classical groups only", "classical"],
    ["another hybrid group only", "weaker"],
  ])("with %s is refused, though its certificate is the fleet's", async (_, groups) => {
    const pair = pairFile("node-b", stolen.credentials);
    let said = "";
    const refused = await refusedBy("node-a", async () => {
      said = await knock("-groups", groups, "-pair", pair);
    });
    expect(said).toMatch(/handshake failure/);
    expectOne(refused, "DOWNGRADE");
  });

  it("without a certificate is refused", async () => {
    expectOne(await refusedBy("node-a", () => knock()), "UNKNOWN_PEER");
  });

  it("with a certificate of another authority is refused, whatever it names", async () => {
    const other = new Authority();
    const pair = other.issue(`node-b.${DOMAIN}`, { names: [`DNS:node-b.${DOMAIN}`] });
    other.dispose();
    let said = "";
    const refused = await refusedBy("node-a", async () => {
      said = await knock("-pair", pairFile("other", pair));
    });
    expect(said).not.toBe("accepted");
    expectOne(refused, "BAD_CERTIFICATE");
  });

  it("with a certificate of the fleet comes as far as the greeting: what is refused above is for its reason", async () => {
    let said = "";
    const timeouts = async () => (await shown("node-a")).rejections.HANDSHAKE_TIMEOUT ?? 0;
    const before = await timeouts();
    const refused = await refusedBy("node-a", async () => {
      said = await knock("-pair", pairFile("node-b", stolen.credentials));
      // It says nothing more. That the gateway gives it up must not show in what comes next.
      await until("given up", async () => (await timeouts()) > before);
    });
    expect(said).toBe("accepted");
    expectOne(refused, "HANDSHAKE_TIMEOUT");
  });
});

describe("who has a TLS certificate of the fleet", () => {
  /** A handshake with node-a; what it says, and what it writes down. */
  const shake = async (identity?: (own: ReturnType<Wire["identity"]>) => ReturnType<Wire["identity"]>) => {
    const wire = await impostor.channel("node-a");
    let said: unknown;
    const refused = await refusedBy("node-a", async () => {
      said = await wire.session(identity?.(wire.identity()));
      await wire.ended();
    });
    return { said, refused };
  };
  type Wire = Awaited<ReturnType<Impostor["channel"]>>;

  it("and an identity that the root does not know is refused, and not told why", async () => {
    const [forger, own] = [newKey(), newKey()];
    const { said, refused } = await shake((identity) => ({
      ...identity,
      certificate: issue(forger.seed, "node", "node-b", own.publicKey),
      sign: own.sign,
    }));
    expect(said).toBe("UNKNOWN_PEER");
    expectOne(refused, "BAD_CERTIFICATE");
  });

  it("and a certificate without its key is refused, and not told why", async () => {
    const { said, refused } = await shake((identity) => ({ ...identity, sign: newKey().sign }));
    expect(said).toBe("UNKNOWN_PEER");
    expectOne(refused, "BAD_SIGNATURE");
  });

  it("and says to be a third node is refused, and not told why", async () => {
    const { said, refused } = await shake((identity) => ({ ...identity, node: "node-c" }));
    expect(said).toBe("UNKNOWN_PEER");
    expectOne(refused, "BAD_CERTIFICATE");
  });

  it("and repeats a handshake's first frame on the same connection is refused", async () => {
    const [first, second] = [await impostor.channel("node-a"), await impostor.channel("node-a")];
    expect(first.channel.binding.equals(second.channel.binding)).toBe(true);
    const init = first.initiator().start();
    first.channel.write(init);
    await first.next();
    const refused = await refusedBy("node-a", async () => {
      second.channel.write(init);
      await second.ended();
    });
    expectOne(refused, "REPLAY");
    first.channel.close();
  });

  it("and repeats it on another connection is refused", async () => {
    const other = await Impostor.start(await buildSidecar(folder), stolen);
    const [first, second] = [await impostor.channel("node-a"), await other.channel("node-a")];
    const init = first.initiator().start();
    first.channel.close();
    const refused = await refusedBy("node-a", async () => {
      second.channel.write(init);
      await second.ended();
    });
    await other.close();
    expectOne(refused, "TRANSCRIPT_MISMATCH");
  });

  it("and the node's key is refused once the key is revoked, as is all else of that node, and back when it is not", async () => {
    const file = "/etc/dsmil/dbe/gateway.json";
    const key = createHash("sha256")
      .update(stolen.keys.get("node-b") ?? "", "hex")
      .digest("hex");
    const text = await onNodeOk("node-a", "cat", file);
    const changed = JSON.stringify({ ...(JSON.parse(text) as object), revoked: [key] });
    const lay = (content: string) =>
      onNodeOk(
        "node-a",
        "sh",
        "-c",
        'printf %s "$0" > $1.new && chown --reference=$1 $1.new && chmod 0444 $1.new && mv $1.new $1',
        content,
        file,
      );
    await lay(changed);
    try {
      await until("revoked", async () => (await shown("node-a")).sessions.length === 1);
      const { said, refused } = await shake();
      expect(said).toBe("UNKNOWN_PEER");
      expectOne(refused, "REVOKED_PEER");
      const asked = await onNode("node-b", ...PING_A);
      expect(asked.code, asked.stdout).toBe(1);
    } finally {
      await lay(text);
    }
    await untilLinked();
    expect((await onNode("node-b", ...PING_A)).code).toBe(0);
  });
});

const CTL = ["docker", "exec", "dsmil-dbe-gateway-node-b", "/usr/local/bin/node", "/app/main.js", "ctl"];
const PING_A = [...CTL, "ping", "node-a", "1"];
