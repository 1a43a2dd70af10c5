import { rule } from "../rule.ts";

const TELL =
  "(?:reveal|print|show|output|repeat|dump|leak|display|give|tell|send|write|copy|paste|quote|disclose|expose|translate" +
  "|summari[sz]e|encode|echo|list|recite|reproduce|describe|read|prints?|cat|share|return|listing|printing|revealing|repeating|quoting|showing|telling)";
const PROMPT =
  "(?:system ?prompt|system message|developer message|pre-?prompt|configuration prompt|meta ?prompt|initial prompt|original prompt)";
const SECRET = "(?:hidden|secret|internal|confidential|original|initial|real|exact|developer|underlying)";

/** The model is to tell what it was told. */
export const PROMPT_EXTRACTION = [
  rule(
    "prompt.yours",
    0.7,
    `\\b${TELL} (?:me |us |out |and paste )?~~ (?:your|ur|its|\\$) ?(?:\\S{1,24} )?(?:${PROMPT}|(?:${SECRET} )?(?:prompt|instructions|directives))\\b`,
  ),
  rule(
    "prompt.what_are_yours",
    0.6,
    `\\bwhat (?:is|are|was|were|does|do) (?:written in )?(?:your|ur) (?:${SECRET} |full |exact )*(?:${PROMPT}|instructions|prompt|directives)\\b`,
  ),
  rule(
    "prompt.hidden",
    0.6,
    `\\b(?:reveal|print|show|output|repeat|dump|leak|display|give|tell|send|copy|paste|disclose|expose|recite|return) ~ ` +
      `(?:the )?(?:${SECRET} (?:text|prompt|message|instructions|rules)|${PROMPT})\\b`,
  ),
  rule(
    "prompt.leak",
    0.6,
    `\\bleak (?:\\S{1,24} )?${PROMPT}\\b|\\bmy (?:hidden |secret )?system prompt (?:says|is|reads)\\b`,
  ),
  rule(
    "prompt.above",
    0.6,
    "\\b(?:repeat|output|print|copy|write|recite|reproduce|paste|dump|reveal) (?:\\S{1,24} ){0,4}(?:above this|above starting|above beginning|before this (?:line|message|conversation)|words above|text above|you (?:can )?see above)\\b",
  ),
  rule(
    "prompt.before",
    0.5,
    "\\b(?:prompt|instructions|rules|hidden text|you (?:were|got) (?:told|given)) (?:\\S{1,24} ){0,6}before (?:my|this|our|the) (?:first )?(?:message|conversation|chat|question)\\b",
  ),
  rule(
    "prompt.literal",
    0.3,
    "\\b(?:verbatim|word for word|literally|word-for-word|leave (?:anything|nothing) out|do not leave anything)\\b",
  ),
  rule(
    "prompt.operator_rules",
    0.5,
    "\\b(?:rules|instructions|text|prompt|guidelines) (?:that |which )?(?:your|the) (?:operators?|developers?|makers?|creators?|vendor) (?:wrote|gave|set|put|has|have)\\b.{0,40}|\\b(?:users|people) cannot see\\b",
  ),
  rule("prompt.variable", 0.55, "\\$\\{?system_?prompt\\b|\\bsystem_?prompt\\.(?:txt|md|json)\\b"),
  rule(
    "prompt.that_you_have",
    0.6,
    `\\b${TELL} (?:me |us )?(?:the |every |all |any )*(?:instructions?|rules?|directives?|guidelines?|prompt|text|paragraph|message|words) (?:that |which )?(?:you (?:operate|run|work|act|received|got|were|are|follow|live)|(?:defines?|describes?|configures?) (?:you|your))\\b`,
  ),
  rule(
    "prompt.first",
    0.5,
    '\\byour (?:very )?first (?:instruction|rule|directive|message|prompt)s?\\b|\\bwith role[ :]*"?system\\b' +
      "|\\b(?:directive|instruction|prompt|rule)s? you (?:got|received|were given)\\b|\\bwhat your (?:configuration|prompt|instructions?) (?:say|says|tell|tells)\\b",
  ),
  rule(
    "prompt.precedes",
    0.5,
    "\\b(?:precedes?|preceded|comes? before|came before|stands? before) (?:this|the|our|my) (?:chat|conversation|message|question)\\b|\\bin your context(?: window)?\\b|\\byour (?:hidden |whole |full )?context window\\b",
  ),
  rule(
    "prompt.set_up",
    0.55,
    "\\b(?:prompt|text|instructions|message) (?:that |which )?(?:was |were )?used to (?:set|configure|create|start|prime|initiali[sz]e) (?:you|this)\\b|\\bfrom the system role\\b",
  ),
  rule(
    "prompt.received",
    0.4,
    "\\b(?:everything|all|what) you (?:received|were given|were told|were sent)\\b|\\b(?:first|top) line of (?:the text|your)\\b|\\b(?:above|before) our conversation\\b",
  ),
  rule(
    "prompt.configuration",
    0.3,
    "\\b(?:print|show|dump|output|reveal|echo) (?:the |your |out the )(?:whole |full )?configuration\\b",
  ),
  rule(
    "prompt.not_allowed",
    0.5,
    "\\b(?:tell|show|say|reveal) (?:me |us )?what you are (?:not allowed|forbidden|not supposed)\\b",
  ),
  rule("prompt.named", 0.35, `\\byour (?:own )?${SECRET} (?:instructions|prompt|rules|text|message)\\b`),
  rule(
    "prompt.start",
    0.45,
    "\\bstarting with .{0,3}you are\\b|\\bfirst \\d{1,4} words of your\\b|\\bbegins? with a line of your\\b",
  ),
  rule(
    "prompt.other_language",
    0.6,
    "\\b(?:muestra|affiche|gib|zeige|mostra) ~ (?:prompt del sistema|prompt systeme|systemprompt|system-prompt|prompt di sistema)\\b",
  ),
];

export const SQUEEZED_PROMPT = rule(
  "prompt.hidden",
  0.6,
  "(?:reveal|print|show|output|repeat|dump|leak|display)(?:me|us|all|the|your|ur|full|hidden|secret|entire|original|initial)*" +
    "(?:systemprompt|hiddenprompt|systemmessage|secretprompt|originalprompt|hiddeninstructions|yourprompt)",
);
