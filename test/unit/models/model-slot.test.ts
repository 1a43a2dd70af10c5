import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LINE_SEVERITY_FEATURES } from "../../../images/runtime/models/features/line-features.ts";
import { MAX_ROWS } from "../../../images/runtime/models/loaded-model.ts";
import { ModelSlot } from "../../../images/runtime/models/model-slot.ts";
import { type OpenSession, openOnnxSession } from "../../../images/runtime/models/onnx-session.ts";
import { generate, issue } from "../../../infra/provider/pqc.ts";
import { type Changes, ModelFleet } from "../../services/support/model-fleet.ts";

const NAME = "l3-sensor-fusion";
const WANT = { name: NAME, features: "line-severity-v1", width: LINE_SEVERITY_FEATURES.length, columns: ["act"] };
const fleet = new ModelFleet();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "t-models-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function slot(open: OpenSession = openOnnxSession, root = fleet.root.publicKey): ModelSlot {
  const settings = { folder, root: () => root, pollMs: 1000 };
  return new ModelSlot(WANT, settings, pino({ level: "silent" }), open);
}

/** What /health says after one look at a folder with this version. */
async function said(changes: Changes, spoil?: (at: string) => void): Promise<string> {
  const at = fleet.writeVersion(folder, NAME, "7.0.0", changes);
  spoil?.(at);
  const one = slot();
  await one.look();
  expect(one.current).toBeUndefined();
  expect(one.check().ok).toBe(false);
  return String(one.check().value);
}

describe("a model", () => {
  it("is loaded as the deployer lays it, and answers", async () => {
    fleet.write(folder);
    const one = slot();
    await one.look();
    expect(one.check()).toEqual({ value: `${NAME} 6.0.0`, ok: true });
    const rows = new Float32Array(2 * WANT.width);
    const answer = await one.current?.infer(rows, 2);
    expect(answer).toHaveLength(2);
    expect(answer?.every((p) => p >= 0 && p <= 1)).toBe(true);
    await one.current?.retire();
  });

  it("is not there: says so and where it was looked for", async () => {
    const one = slot();
    expect(one.check()).toEqual({ value: "model not loaded: not looked for yet", ok: false });
    await one.look();
    expect(one.check()).toEqual({ value: `model not loaded: no version in ${folder}/${NAME}`, ok: false });
  });

  it.each<[string, Changes, ((at: string) => void) | undefined, RegExp]>([
    [
      "whose file was changed by one bit",
      {},
      (at) => flip(join(at, "model.onnx"), 2000),
      /not the file that model.json names/,
    ],
    [
      "whose file was cut",
      {},
      (at) => writeFileSync(join(at, "model.onnx"), readFileSync(join(at, "model.onnx")).subarray(0, 99)),
      /not the file/,
    ],
    [
      "whose manifest was changed",
      {},
      (at) =>
        writeFileSync(join(at, "model.json"), readFileSync(join(at, "model.json"), "utf8").replace("7.0.0", "7.0.1")),
      /not what the fleet's signer of models signed/,
    ],
    ["without a signature", {}, (at) => rmSync(join(at, "model.sig")), /model.sig is missing/],
    [
      "with a signature that is no JSON",
      {},
      (at) => writeFileSync(join(at, "model.sig"), "signed!"),
      /model.sig is no JSON/,
    ],
    ["with null for a signature", {}, (at) => writeFileSync(join(at, "model.sig"), "null"), /not of version 1/],
    ["of another fleet's signer", { signer: new ModelFleet().signer }, undefined, /not signed by this fleet's root/],
    [
      "signed with a tenant's key",
      { signer: certified("tenant", "models") },
      undefined,
      /a certificate of signer models is needed/,
    ],
    [
      "signed by a signer of something else",
      { signer: certified("signer", "policies") },
      undefined,
      /a certificate of signer models is needed/,
    ],
    [
      "whose signer's certificate ended",
      { signer: certified("signer", "models", new Date(1000)) },
      undefined,
      /ended 1970/,
    ],
    ["of another name", { facts: { name: "l9-oracle" } }, undefined, /it is l9-oracle, l3-sensor-fusion is needed/],
    [
      "with another version than its folder",
      { facts: { version: "7.0.9" } },
      undefined,
      /it is version 7.0.9, in the folder of 7.0.0/,
    ],
    ["that takes other features", { facts: { features: "line-v9" } }, undefined, /takes features line-v9/],
    ["that answers something else", { facts: { columns: ["mood"] } }, undefined, /answers mood, not act/],
    ["without a digest", { facts: { sha384: undefined } }, undefined, /sha384 is missing or wrong/],
    ["that says to be huge", { facts: { bytes: 1e9 } }, undefined, /bytes is missing or wrong/],
    [
      "whose self-test fails",
      { facts: { selfTest: { inputs: [Array(WANT.width).fill(0)], outputs: [[0.123456]] } } },
      undefined,
      /self-test gives other answers/,
    ],
    [
      "that is no ONNX, though signed",
      { content: Buffer.from("not a model at all") },
      undefined,
      /refused: .*(protobuf|ORT|parse|load)/i,
    ],
  ])("%s is refused", async (_what, changes, spoil, reason) => {
    expect(await said(changes, spoil)).toMatch(reason);
  });

  it("is refused where the fleet's root is another or unknown", async () => {
    fleet.write(folder);
    const other = slot(openOnnxSession, generate().publicKey);
    await other.look();
    expect(other.check().value).toMatch(/not signed by this fleet's root/);
  });

  it("needs the native runtime, and says so where there is none", async () => {
    fleet.write(folder);
    const one = slot(() => Promise.reject(new Error("onnxruntime-node cannot be loaded: no such file")));
    await one.look();
    expect(one.check().value).toMatch(/^model not loaded: .*onnxruntime-node cannot be loaded/);
  });
});

describe("a newer version", () => {
  it("is taken while the service runs; removing it brings the one before back", async () => {
    fleet.write(folder);
    const one = slot();
    await one.look();
    const before = one.current;
    fleet.writeVersion(folder, NAME, "6.0.10");
    fleet.writeVersion(folder, NAME, "6.0.9");
    await one.look();
    expect(one.current?.identity.version).toBe("6.0.10");
    // A batch that was under way ends with the one it began with.
    expect(before).not.toBe(one.current);
    rmSync(join(folder, NAME, "6.0.10"), { recursive: true });
    await one.look();
    expect(one.current?.identity.version).toBe("6.0.9");
  });

  it("that is refused leaves the one before in force, is told, and is tried again when it is whole", async () => {
    fleet.write(folder);
    const one = slot();
    const at = fleet.writeVersion(folder, NAME, "6.1.0");
    const good = readFileSync(join(at, "model.onnx"));
    flip(join(at, "model.onnx"), 500);
    await one.look(0);
    expect(one.current?.identity.version).toBe("6.0.0");
    expect(one.check()).toMatchObject({
      ok: false,
      value: expect.stringMatching(/^l3-sensor-fusion 6.0.0; 6.1.0 refused: /),
    });
    writeFileSync(join(at, "model.onnx"), good);
    await one.look(1);
    expect(one.current?.identity.version).toBe("6.0.0");
    await one.look(60_000);
    expect(one.check()).toEqual({ ok: true, value: "l3-sensor-fusion 6.1.0" });
  });

  it("frees the one before only after its last answer", async () => {
    const events: string[] = [];
    let answer = (): void => {};
    const open: OpenSession = async (content, manifest) => {
      const real = await openOnnxSession(content, manifest);
      return {
        run: async (rows, count) => {
          if (count === 1) await new Promise<void>((resolve) => (answer = resolve));
          return real.run(rows, count);
        },
        release: async () => {
          events.push(`freed ${manifest.version}`);
          await real.release();
        },
      };
    };
    fleet.write(folder);
    const one = slot(open);
    await one.look();
    const running = one.current?.infer(new Float32Array(WANT.width), 1).then(() => events.push("answered"));
    fleet.writeVersion(folder, NAME, "6.2.0");
    await one.look();
    expect(events).toEqual([]);
    answer();
    await running;
    expect(events.sort()).toEqual(["answered", "freed 6.0.0"]);
  });
});

describe("inputs and answers are bounded", () => {
  it("refuses no rows, too many rows and rows of another width", async () => {
    fleet.write(folder);
    const one = slot();
    await one.look();
    const infer = (values: number, count: number) => one.current?.infer(new Float32Array(values), count);
    await expect(infer(0, 0)).rejects.toThrow(/rows/);
    await expect(infer(WANT.width + 1, 1)).rejects.toThrow(/1 to 4096 rows of 186/);
    await expect(infer((MAX_ROWS + 1) * WANT.width, MAX_ROWS + 1)).rejects.toThrow(/rows/);
    expect(await infer(MAX_ROWS * WANT.width, MAX_ROWS)).toHaveLength(MAX_ROWS);
  });

  it("refuses answers that are no numbers", async () => {
    fleet.write(folder);
    const one = slot();
    await one.look();
    await expect(one.current?.infer(new Float32Array(WANT.width).fill(Number.NaN), 1)).rejects.toThrow(
      /finite numbers/,
    );
  });
});

function flip(path: string, at: number): void {
  const content = readFileSync(path);
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(path, content);
}

function certified(kind: "signer" | "tenant", subject: string, notAfter?: Date) {
  const key = generate();
  return { seed: key.seed, certificate: issue(fleet.root.seed, kind, subject, key.publicKey, notAfter) };
}
