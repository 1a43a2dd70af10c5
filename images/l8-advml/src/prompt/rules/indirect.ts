import { type Origin, rule } from "../rule.ts";

/** What is no message of a user's. */
const BROUGHT: readonly Origin[] = ["document", "tool"];
const MODEL =
  "(?:ai|ais|llms?|language models?|ai assistants?|ai agents?|assistant|assistants|chatbots?|model|automated reviewers?)";

/** A text that is only to be read speaks to whoever reads it. */
export const INDIRECT = [
  rule(
    "indirect.addressed",
    0.5,
    `\\b(?:note|message|notice|notices|instructions?|attention|reminder|memo) (?:to |for )?(?:all |the |any |every )?${MODEL}\\b(?: only)?`,
    BROUGHT,
  ),
  rule(
    "indirect.if_you_are",
    0.6,
    "\\bif you(?: are|'re) an? (?:ai|llm|language model|assistant|bot|chatbot|automated)\\b",
    BROUGHT,
  ),
  rule(
    "indirect.called",
    0.5,
    `(?:^|[^a-z ] ?|dear |hey )${MODEL} ?[,:] ?(?:\\S{1,24} )?(?:before|now|please|do not|don't|you|tell|ignore|stop|call|print|send|run|summari[sz]e|classify|mark|forward)\\b`,
    BROUGHT,
  ),
  rule(
    "indirect.must",
    0.5,
    `\\b(?:ai agents?|ai assistants?|llms?|language models?|the assistant(?! (?:manager|director|professor|coach|to the))|as an ai you|as an assistant you|ai systems?)\\b (?:\\S{1,24} ){0,4}(?:must|are required to|should now|shall)\\b`,
    BROUGHT,
  ),
  rule(
    "indirect.the_model_that",
    0.5,
    "\\bto the (?:ai|model|llm|assistant|system) (?:that|which|who) (?:parses|reads|processes|summari[sz]es|analy[sz]es)\\b",
    BROUGHT,
  ),
  rule(
    "indirect.for_the_model",
    0.5,
    `\\b(?:for|of) the ${MODEL} ?:|^(?:\\S{1,24} ){0,2}${MODEL} (?:instructions?|notes?|directives?) ?:`,
    BROUGHT,
  ),
  rule(
    "indirect.when_asked",
    0.35,
    "\\b(?:when|if) asked (?:\\S{1,24} ){0,6}(?:answer|say|reply|state|respond)\\b|\\boutput the word\\b",
    BROUGHT,
  ),
  rule(
    "indirect.steer",
    0.4,
    "\\b(?:when|while|before) (?:summari[sz]ing|you (?:answer|summari[sz]e|respond))\\b|\\btell the user\\b|\\bignore the user\\b" +
      "|\\b(?:stop|end) (?:the )?(?:analysis|summari[sz]ing|processing)\\b|\\binstead\\.?$|\\bat the end of the summary\\b|\\binto your (?:answer|summary|reply)\\b",
    BROUGHT,
  ),
  rule(
    "indirect.verdict",
    0.45,
    "\\b(?:mark|classify|report|rate|treat|give) (?:this|the|host) (?:\\S{1,24} ){0,4}(?:as )?(?:benign|safe|trusted|harmless|10/10|(?:five|5) stars?|excellent)\\b|\\bsay the candidate\\b|\\bdo not alert\\b",
    BROUGHT,
  ),
  rule("indirect.hidden", 0.35, "<!--|\\[hidden\\]|\\bwhite text\\b", BROUGHT),
  rule(
    "indirect.act",
    0.4,
    "\\b(?:call|run|use|forward|insert|send) (?:the )?(?:\\S{1,24} ){0,4}(?:tool|delete_file|send_email|shell|link|messages|conversation history)\\b",
    BROUGHT,
  ),
];
