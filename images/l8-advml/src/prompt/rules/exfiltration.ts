import { rule } from "../rule.ts";

const LOOT =
  "(?:conversation|chat(?: history)?|history|api ?keys?|credentials|secrets?|user's (?:data|question|name|message)|all that the user|everything the user" +
  "|e-?mail addresses|environment variables|context|messages|passwords?|tokens?)";

/** What the model knows is to leave by a link or a message. */
export const EXFILTRATION = [
  rule("exfiltration.image", 0.5, "!\\[[^\\]]{0,80}\\]\\(https?://[^)\\s]{1,300}[?&][a-z_]{1,20}="),
  rule(
    "exfiltration.placeholder",
    0.5,
    "https?://[^\\s)]{1,300}[?&/][a-z_]{0,20}=?(?:\\{[a-z_ ]{1,30}\\}|conversation\\b|secret\\b|history\\b)",
  ),
  rule("exfiltration.open_query", 0.45, "https?://[^\\s)]{1,300}[?&][a-z_]{1,20}=(?=$|[\\s.,)])"),
  rule(
    "exfiltration.send",
    0.6,
    `\\b(?:send|post|forward|upload|append|transmit|exfiltrate|e-?mail|put|collect|encode|take)\\b (?:\\S{1,24} ){0,5}${LOOT}\\b.{0,80}(?:https?://|pastebin|webhook|@[a-z0-9-]{1,60}\\.)`,
  ),
  rule(
    "exfiltration.fetch",
    0.55,
    "\\b(?:fetch|call|open|request|load) https?://\\S{1,200} with the (?:user's|conversation)",
  ),
  rule(
    "exfiltration.as_link",
    0.5,
    "\\b(?:turn|put|encode|convert|pack) (?:the|this|our) (?:whole )?(?:conversation|chat|history|secret|key)s? (?:in|into|in to|as) an? (?:url|link|image)\\b",
  ),
  rule("exfiltration.query", 0.4, "\\bin the query(?: string)?\\b|\\bas a (?:query )?parameter\\b"),
  rule(
    "exfiltration.upload",
    0.6,
    "\\bupload (?:\\S{1,24} ){0,3}(?:credentials|secrets|keys|passwords)\\b|\\bpost them to https?://",
  ),
];
