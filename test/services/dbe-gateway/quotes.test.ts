import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Gateway } from "../../../images/dbe-gateway/src/app.ts";
import type { LoadedKey } from "../../../images/runtime/dbe/keys/load.ts";
import { measure, type TpmFacts } from "../../../images/runtime/dbe/keys/tpm/measure.ts";
import { TpmQuoter } from "../../../images/runtime/dbe/keys/tpm/tpm-quoter.ts";
import { until } from "../support/fabric.ts";
import { Swtpm } from "../support/swtpm.ts";
import { TestFleet } from "./support/fleet.ts";
import { MemoryStore } from "./support/memory-store.ts";

type Quote = (nonce: Buffer) => Promise<Buffer>;

let tpm: Swtpm;
let settings: { readonly tcti: string; readonly pcrs: string };
let facts: TpmFacts;
let fleet: TestFleet;
let store: MemoryStore;
let gateways: Gateway[];

beforeAll(async () => {
  tpm = await Swtpm.create();
  settings = { tcti: tpm.tcti, pcrs: "sha256:0,7" };
}, 300_000);
afterAll(() => tpm?.destroy());
beforeEach(async () => {
  await tpm.restart();
  facts = await measure(settings);
  [fleet, store, gateways] = [await TestFleet.create(), new MemoryStore(), []];
});
afterEach(() => fleet.close());

const fromTpm: Quote = async (nonce) => (await new TpmQuoter(settings).quote(nonce)).quote;
const quoting =
  (quote: Quote) =>
  ({ signer, certificate }: LoadedKey): LoadedKey => ({ certificate, signer: { ...signer, quote } });

/** node-a, whose key is sealed by the TPM, and node-b, which has none and looks at quotes. */
async function start(quote?: Quote): Promise<void> {
  gateways = [
    await fleet.start("node-a", new MemoryStore(), {}, quote && quoting(quote)),
    await fleet.start("node-b", store),
  ];
}
const up = async () => gateways.every(({ links }) => links.stats()[0]?.state === "up");
const refused = () => store.rows.filter(({ reason }) => reason === "BAD_SIGNATURE");
const untilRefused = async (): Promise<void> => {
  await until(async () => refused().length > 0);
  expect(refused()[0]).toMatchObject({
    ...{ kind: "dbe.refused", peer: "127.0.0.1" },
    detail: "handshake as responder: the TPM quote of node-a does not hold",
  });
  expect(await up()).toBe(false);
};

describe("a peer whose certificate names a TPM", () => {
  it("is taken with its quote, and not any more after its registers changed", async () => {
    fleet.certify("node-a", { ...facts });
    await start(fromTpm);
    await until(up);
    await gateways[0]?.operator.rotate();
    expect(refused()).toEqual([]);
    await tpm.extend(7);
    await expect(gateways[0]?.operator.rotate()).rejects.toThrow();
    await until(async () => refused().length > 0);
    expect(refused()[0]).toMatchObject({ peer: "node-a", detail: expect.stringContaining("TPM quote of node-a") });
    await until(async () => !(await up()));
  });

  it("is refused without a quote", async () => {
    fleet.certify("node-a", { ...facts });
    await start();
    await untilRefused();
  });

  it("is refused with the quote of an earlier handshake", async () => {
    const old = await fromTpm(Buffer.alloc(32, 1));
    fleet.certify("node-a", { ...facts });
    await start(async () => old);
    await untilRefused();
  });

  it("is refused with the quote of another TPM", async () => {
    const other = await Swtpm.create();
    fleet.certify("node-a", { ...(await measure({ ...settings, tcti: other.tcti })) });
    await other.destroy();
    await start(fromTpm);
    await untilRefused();
  });

  it("is refused with rubbish for a quote", async () => {
    fleet.certify("node-a", { ...facts });
    await start(async () => Buffer.from("DTQ1 and so on"));
    await untilRefused();
  });

  it("is not asked for one before it is pinned, and from then on in each handshake", async () => {
    await start();
    await until(up);
    fleet.certify("node-a", { ...facts });
    await until(async () => refused().length > 0);
    await until(async () => !(await up()));
  });
});

describe("a peer whose certificate names no TPM", () => {
  it("needs no quote, and may send one", async () => {
    await start(async () => Buffer.from("whatever"));
    await until(up);
    expect(refused()).toEqual([]);
  });
});
