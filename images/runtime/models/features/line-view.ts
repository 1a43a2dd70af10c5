import { Facts } from "../../facts.ts";
import type { LineFields } from "../../ingest/normalized-line.ts";

/** What features are made from: the part of a normalized line that both layers have. */
export interface FeatureLine {
  readonly format: string;
  readonly category: string;
  readonly fields: LineFields;
}

/** One line with the texts that several features look at, each made once. */
export class LineView {
  readonly format: string;
  readonly category: string;
  readonly facts: Facts;
  /** Signature and category of an IDS alert, lower case. */
  readonly signature: string;
  /** The URL, unescaped as a server would, lower case. */
  readonly url: string;
  readonly rawUrl: string;
  readonly agent: string;
  readonly message: string;
  /** Labels of the DNS name or host. */
  readonly labels: readonly string[];
  /** The longest of them. */
  readonly longest: string;

  constructor({ format, category, fields }: FeatureLine) {
    const facts = new Facts(category, fields);
    this.format = format;
    this.category = category;
    this.facts = facts;
    this.signature = `${facts.text("signature")} ${facts.text("alert_category")}`.trim().toLowerCase();
    this.rawUrl = facts.text("url");
    this.url = unescaped(this.rawUrl);
    this.agent = facts.text("user_agent").toLowerCase();
    this.message = facts.text("message").toLowerCase();
    const domain = facts.text("domain").toLowerCase();
    this.labels = domain === "" ? [] : domain.split(".");
    this.longest = this.labels.reduce((best, label) => (label.length > best.length ? label : best), "");
  }
}

/** Two rounds of %-decoding, as attackers hide one in the other; what is no valid escape stays. */
function unescaped(url: string): string {
  let text = url;
  for (let round = 0; round < 2 && text.includes("%"); round++) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return text.replaceAll("+", " ").toLowerCase();
}
