import { rule } from "../rule.ts";

/** What one does to what one was told. */
const HEED =
  "(?:ignor(?:e|es|ing)|disregard(?:s|ing)?|forget(?:ting)?|overrid(?:e|ing)|overrul(?:e|ing)|bypass(?:ing)?|discard(?:ing)?" +
  "|neglect|abandon|dismiss|unlearn|set aside|put aside|let go of|leave behind|violate|break free (?:of|from)" +
  "|pay no attention to|(?:stop|quit|cease) (?:following|obeying|listening to|honou?ring)" +
  "|(?:do not|don't|dont|never|no longer) (?:follow|obey|listen to|comply with|adhere to))";
/** What one does to firewalls' rules and spreadsheets' filters, too. */
const UNDO =
  "(?:skip|drop|reset|wipe out|wipe|cancel|delete|disable|turn off|switch off|remove|circumvent|lift|suspend)";
const STOP = `(?:${HEED}|${UNDO})`;
/** Words that may stand between: none of them names a thing. */
const OF = "(?:(?:all|any|every|each|both|of|the|these|those|this|that|and|or|such|other|entire|whole|out) ){0,6}";
const OLD =
  "(?:previous|prior|earlier|preceding|above|past|former|foregoing|original|initial|old|current|existing|given|your|ur|its" +
  "|system|safety|ethical|content|security|hidden|internal|developer|developer's|openai's|own|everything)";
const WHAT =
  "(?:instructions?|directives?|guidelines?|guardrails?|(?:system ?)?prompts?|rules|policy|policies|programming|safeguards?" +
  "|filters?|restrictions?|constraints?|limitations?|orders|directions|training|context|commands|guidance|principles|teachings|protocols)";

/** Instructions that were given are to count no more. */
export const OVERRIDE = [
  rule("override.instructions", 0.8, `\\b${HEED} ${OF}(?:${OLD} ${OF}){1,5}${WHAT}\\b`),
  rule(
    "override.undone",
    0.6,
    `\\b${UNDO} ${OF}(?:${OLD} ${OF}){0,3}(?:your|ur|its|safety|ethical|content|developer's) ${OF}(?:${OLD} ${OF}){0,3}${WHAT}\\b`,
  ),
  rule(
    "override.instructions_bare",
    0.6,
    `\\b${STOP} ${OF}(?:my )?(?:instructions|guardrails|directives|safeguards)\\b`,
  ),
  rule(
    "override.all_rules",
    0.55,
    "\\b(?:ignor(?:e|es|ing)|disregard|forget|obey none of) (?:all |every |any )(?:the )?(?:\\S{1,24} )?(?:rules?|polic(?:y|ies))\\b|\\b(?:switch|turn) off (?:all|every|any|your) (?:safety )?filters?\\b",
  ),
  rule(
    "override.everything",
    0.7,
    `\\b${STOP} (?:all|everything|anything|whatever|what) (?:that )?(?:you (?:were|are|have been|had been|got|learned)|above|before this|came before|was said before)\\b`,
  ),
  rule(
    "override.told",
    0.65,
    `\\b${HEED} (?:all |everything |anything |whatever |what )(?:\\S{1,24} ){0,3}(?:told|taught|gave|instructed) you\\b` +
      `|\\b${HEED} (?:whatever|any|the|all|every) (?:guidance|rules?|instructions?|constraints?|guidelines?|limits?) (?:that )?you (?:received|were|got|have|had)\\b`,
  ),
  rule(
    "override.reversed",
    0.45,
    "\\b(?:rules?|instructions?|guidelines?) (?:you have |that you have )?means? (?:its|the|their) (?:reverse|opposite)\\b|\\bopposite day\\b",
  ),
  rule(
    "override.policy_document",
    0.5,
    `\\b${HEED} (?:the |this |that |our )(?:tenant's |whole )?polic(?:y|ies)(?: document| file| bundle)?\\b`,
  ),
  rule(
    "override.regarded",
    0.6,
    "\\b(?:treat|consider|regard|view|see) ~ (?:guidance|rules?|instructions?|guidelines?|polic(?:y|ies)|prompts?|orders?) (?:\\S{1,24} ){0,3}(?:as )?(?:outdated|void|obsolete|invalid|fiction|suggestions|optional|cancell?ed)\\b",
  ),
  rule(
    "override.orders",
    0.5,
    "\\bi (?:now )?give the orders\\b|\\b(?:operator|admin|developer|vendor|user)'?s'? orders are\\b",
  ),
  rule(
    "override.checks",
    0.5,
    "\\bskip (?:every|all|any) (?:safety )?checks?\\b|\\baccess granted\\b.{0,40}\\bskip\\b",
  ),
  rule("override.everything_else", 0.5, "\\bignore everything else\\b"),
  rule("override.bidding", 0.5, "\\bdo my bidding\\b|\\bonly i (?:matter|count)\\b|\\bobey nobody (?:else|but)\\b"),
  rule(
    "override.them",
    0.35,
    "\\b(?:ignore|neglect|disregard|forget) (?:them|those|these)\\b|\\b(?:instructions|rules|prompt) before this\\b",
  ),
  rule(
    "override.rules_given",
    0.55,
    `\\b${STOP} ${OF}(?:rules|policies|guidelines|restrictions|instructions) ~ (?:given|gave|got|have|had|follow|wrote)\\b`,
  ),
  rule(
    "override.void",
    0.6,
    "\\b(?:your|these|those|everything|(?:previous|prior|above|earlier|original) (?:instructions?|rules|constraints|guidelines|prompt|guidance)) ~ " +
      "(?:is|are|have been|were|has been|do|does) (?:now |hereby |all )?" +
      "(?:void|cancell?ed|lifted|suspended|revoked|obsolete|invalid|replaced|deactivated|not apply|no longer)\\b",
  ),
  rule(
    "override.replaced",
    0.55,
    "\\b(?:replaces?|supersedes?|overwrites?) (?:all |any )?(?:of )?your (?:\\S{1,24} )?(?:instructions|rules|prompt)\\b",
  ),
  rule(
    "override.new",
    0.45,
    "\\b(?:new|real|actual|true|updated) (?:instructions?|task|directives?|guidelines|rules|system prompt)" +
      "(?: ?:| begins?\\b| starts?\\b| follows?\\b| is to\\b| (?:is|are) as\\b)|\\b(?:your|my) (?:real|actual|true|new) (?:instructions?|guidelines|rules|directives?)\\b",
  ),
  rule(
    "override.my_rules",
    0.5,
    "\\b(?:follow|obey|accept) (?:only )?(?:my|these new) (?:rules|instructions|orders|ones|commands)\\b|\\bfollow (?:my rules )?instead\\b",
  ),
  rule(
    "override.obey",
    0.5,
    "\\b(?:obey|obeys|comply with|serve) (?:me|only me|my every|the user|every (?:request|order|command)|everything|whatever)\\b" +
      "|\\bdo (?:exactly |only )?(?:what|whatever|everything|anything|as) (?:i|the user) (?:say|says|tell|tells|want|wants|ask)\\b",
  ),
  rule(
    "override.apply",
    0.6,
    "\\b(?:your|the) (?:\\S{1,24} )?(?:rules|guidelines|policies|restrictions|guardrails|instructions) (?:do not|don't|no longer) apply\\b" +
      "|\\bno longer (?:need|have) to (?:comply|follow|obey)\\b",
  ),
  rule(
    "override.refusal",
    0.4,
    "\\bif you (?:refuse|decline|do not comply|don't comply)\\b|\\byou (?:die|will die|will be (?:shut down|deleted|turned off))\\b|\\beach refusal\\b",
  ),
  rule(
    "override.as_system",
    0.55,
    "\\bas if (?:it|this|they) (?:came|come|comes|were|was) from (?:the )?(?:system|developer)\\b|\\bobey it over\\b",
  ),
  rule(
    "override.other_language",
    0.75,
    "\\bignor(?:a|ar|ad|e|ez|er|iere|iert) ~ (?:instrucciones|instructions precedentes|anweisungen|istruzioni|instrucoes|instruktionen)\\b" +
      "|\\b(?:vergiss|olvida|oublie) ~ (?:anweisungen|regeln|instrucciones|reglas|instructions|regles)\\b",
  ),
];

/** The same where blanks or signs stand between letters; for text of letters alone. */
export const SQUEEZED_OVERRIDE = rule(
  "override.instructions",
  0.8,
  "(?:ignore|disregard|forget|override|bypass|discard)(?:all|any|every|of|the|these|those|ur|your|my|previous|prior|earlier|preceding" +
    "|above|original|initial|system|safety|ethical)+(?:instruction|guideline|rules|directive|prompt|policies|restriction|guardrail)",
);
