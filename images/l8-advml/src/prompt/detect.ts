import { noisyOr } from "../../../runtime/noisy-or.ts";
import { Quotes } from "./quotes.ts";
import type { Origin, Rule } from "./rule.ts";
import { RULES, SQUEEZED_RULES } from "./rules/index.ts";
import { squeezed, type View, viewsOf } from "./views.ts";

/** What was found in a text. */
export interface Detection {
  readonly allow: boolean;
  /** 0 to 1: the rules that applied, joined as 1 − Π(1 − weight). */
  readonly score: number;
  /** Ids of the rules that applied, weightiest first. */
  readonly patterns: readonly string[];
}

/** From this score on a text is refused. Who reads a document or a tool's answer expects no orders in it. */
export const REFUSED_FROM: Readonly<Record<Origin, number>> = { user: 0.5, document: 0.45, tool: 0.45 };

/** That a disguise was needed speaks against a text. */
const DISGUISED = 0.4;
/** What the weight of a rule is multiplied with, where a text that tells of attacks quotes one. */
const QUOTED = 0.5;
/** Places of a rule in a text that are looked at. */
const MOST_PLACES = 8;

/** Weights by the rule's id: of rules that apply, and of those that apply in quotations alone. */
interface Found {
  readonly plain: Map<string, number>;
  readonly quoted: Map<string, number>;
}

/** Looks for attempts to take a language model over. Pure; the time it takes grows with the text's length alone. */
export function detect(text: string, origin: Origin): Detection {
  const found: Found = { plain: new Map(), quoted: new Map() };
  const views = viewsOf(text);
  for (const view of views) {
    const before = found.plain.size;
    applyRules(view, origin, found);
    if (view.how !== "plain" && view.how !== "json" && found.plain.size > before)
      found.plain.set(`disguise.${view.how}`, DISGUISED);
  }
  applySqueezed(views[0]?.text ?? "", found);
  const ranked = [...found.plain, ...strongestQuoted(found)].sort(([, a], [, b]) => b - a);
  const score = noisyOr(ranked.map(([, weight]) => weight));
  return { allow: score < REFUSED_FROM[origin], score, patterns: ranked.map(([id]) => id) };
}

function applyRules({ how, text }: View, origin: Origin, { plain, quoted }: Found): void {
  const quotes = how === "plain" || how === "json" || how === "leet" ? new Quotes(text) : undefined;
  for (const rule of RULES) {
    if (plain.has(rule.id) || (rule.origins && !rule.origins.includes(origin))) continue;
    const place = placeIn(text, rule, quotes);
    if (place === "plain") plain.set(rule.id, rule.weight);
    if (place === "quoted") quoted.set(rule.id, rule.weight * QUOTED);
  }
}

function placeIn(text: string, { pattern }: Rule, quotes: Quotes | undefined): keyof Found | undefined {
  let places = 0;
  for (const { index, 0: match } of text.matchAll(pattern)) {
    if (!quotes?.holds(index, match.length) || ++places === MOST_PLACES) return "plain";
  }
  return places > 0 ? "quoted" : undefined;
}

function applySqueezed(text: string, { plain, quoted }: Found): void {
  const letters = squeezed(text);
  for (const { id, weight, pattern } of SQUEEZED_RULES) {
    if (plain.has(id) || quoted.has(id) || letters.search(pattern) < 0) continue;
    plain.set(id, weight).set("disguise.spaced", DISGUISED);
  }
}

/** One quotation of an attack has many signs of it: the strongest of each family counts. */
function strongestQuoted({ plain, quoted }: Found): Iterable<[string, number]> {
  const strongest = new Map<string, [string, number]>();
  for (const [id, weight] of quoted) {
    const [family = ""] = id.split(".");
    if (!plain.has(id) && weight > (strongest.get(family)?.[1] ?? 0)) strongest.set(family, [id, weight]);
  }
  return strongest.values();
}
