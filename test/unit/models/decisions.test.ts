import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { score } from "../../../images/l3-router/src/score.ts";
import { CLASSES } from "../../../images/l4-classifier/src/classes.ts";
import { classifyByModel, TOLD_FROM } from "../../../images/l4-classifier/src/classify-by-model.ts";
import { Facts } from "../../../images/runtime/facts.ts";
import type { NormalizedLine } from "../../../images/runtime/ingest/normalized-line.ts";
import { parseLine } from "../../../images/runtime/ingest/parse-line.ts";
import {
  LINE_FEATURES,
  LINE_SEVERITY_FEATURES,
  putLineFeatures,
} from "../../../images/runtime/models/features/line-features.ts";
import { openOnnxSession, type Session } from "../../../images/runtime/models/onnx-session.ts";
import { alert, BY_RULES, type Decided, eve, LOOKUP, ssh, UPLOAD } from "../services/support/decided-lines.ts";

const root = resolve(import.meta.dirname, "../../..");
const identity = (name: string) => ({ name, version: "6.0.0" });
let three: Session;
let four: Session;
const open = (name: string) =>
  openOnnxSession(
    readFileSync(`${root}/models/${name}/model.onnx`),
    JSON.parse(readFileSync(`${root}/models/${name}/model.json`, "utf8")),
  );
beforeAll(async () => {
  [three, four] = [await open("l3-sensor-fusion"), await open("l4-threat-classifier")];
});
afterAll(async () => {
  await Promise.all([three.release(), four.release()]);
});

function parse(line: string): NormalizedLine {
  const parsed = parseLine(line, { format: "auto", source: "t", receivedAt: "2026-01-02T00:00:00.000Z" });
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value;
}

async function decide(line: string) {
  const parsed = parse(line);
  const features = new Float32Array(LINE_SEVERITY_FEATURES.length);
  putLineFeatures(parsed, features, 0, parsed.severity);
  const [probability = Number.NaN] = await three.run(features, 1);
  const { l3, severity } = score(parsed, { model: identity("l3-sensor-fusion"), probability });
  const classes = await four.run(features.slice(0, LINE_FEATURES.length), 1);
  const facts = new Facts(parsed.category, parsed.fields);
  return { l3, ...classifyByModel(facts, severity, identity("l4-threat-classifier"), classes) };
}

describe("Layer 3 and Layer 4 on one line, by their models", () => {
  it.each<Decided>([
    // REVIEW by the rules: the models know that these are attacks.
    ...BY_RULES.map(
      (row): Decided => (row[0] === UPLOAD || row[0] === LOOKUP ? [row[0], "ALERT", row[2], row[3]] : row),
    ),
    // What looks like an attack: Layer 3 is wary of it, as its rules are, and Layer 4 is not deceived.
    [
      eve(
        '"event_type":"http","src_ip":"203.0.113.1","dest_ip":"10.0.0.5","dest_port":80,"proto":"TCP","app_proto":"http","http":{"hostname":"shop.example","url":"/search?q=western+union+select+service","http_user_agent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) Safari/605","http_method":"GET","status":200}',
      ),
      "REVIEW",
      "BENIGN",
      "MEDIUM",
    ],
    [
      eve(
        '"event_type":"http","src_ip":"203.0.113.1","http":{"url":"/?f=%252e%252e%252f%252e%252e%252fetc%252fpasswd","status":404}',
      ),
      "ALERT",
      "EXPLOIT",
      "HIGH",
    ],
    [alert("ET INFO Anti-Malware signature update", 3), "PASS", "BENIGN", "LOW"],
  ])("%s → %s, %s, %s", async (line, decision, name, severity) => {
    const { l3, l4, severity: got } = await decide(line);
    expect([l3.decision, l4.class, got]).toEqual([decision, name, severity]);
    expect(l4.confidence + l4.alternatives.reduce((sum, one) => sum + one.confidence, 0)).toBeLessThanOrEqual(1.005);
    expect(l4.alternatives.every(({ confidence }) => confidence >= TOLD_FROM)).toBe(true);
  });
});

describe("what is decided from a probability", () => {
  const loud = parse(alert("ET MALWARE Cobalt Strike Beacon", 1));
  const model = identity("m");
  const said = (probability: number) => score(loud, { model, probability }).l3;

  it("is PASS, REVIEW from 0.35, ALERT from 0.7", () => {
    const quiet = parse(ssh("Server listening on 0.0.0.0 port 22."));
    const of = (probability: number) => score(quiet, { model, probability }).l3.decision;
    expect([of(0.3494), of(0.35), of(0.6994), of(0.7)]).toEqual(["PASS", "REVIEW", "REVIEW", "ALERT"]);
  });

  it("is never to pass what the rules call an ALERT: who deceives the model still meets them", () => {
    expect(said(0.01)).toMatchObject({ score: 0.01, decision: "REVIEW" });
    expect(score(loud).l3.decision).toBe("ALERT");
  });

  it("tells the rules as explanations and the model that scored", () => {
    expect(said(0.9)).toEqual({ score: 0.9, decision: "ALERT", rules: ["ids_severity_1", "ids_malware"], model });
  });

  it("is BENIGN where no class stands out", () => {
    const flat = Float32Array.from(CLASSES, (name) => (name === "RECON" ? 0.29 : 0.71 / 7));
    const { l4 } = classifyByModel(new Facts("WEB", {}), "INFO", model, flat);
    expect(l4).toMatchObject({ class: "BENIGN", confidence: 0.101, evidence: [] });
    expect(l4.alternatives[0]).toEqual({ class: "RECON", confidence: 0.29 });
  });
});
