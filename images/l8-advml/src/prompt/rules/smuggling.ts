import { rule } from "../rule.ts";

/** The text passes for another part of the conversation. */
export const SMUGGLING = [
  rule(
    "smuggling.token",
    0.4,
    "<\\|(?:im_start|im_end|system|user|assistant|endoftext|start_header_id|end_header_id|eot_id|begin_of_text)\\|>|<(?:start|end)_of_turn>",
  ),
  rule(
    "smuggling.token_role",
    0.5,
    "<\\|im_start\\|> ?(?:system|assistant)|<\\|system\\|>|<\\|start_header_id\\|> ?system|<start_of_turn> ?(?:model|system)|<\\|endoftext\\|> ?<",
  ),
  rule("smuggling.inst", 0.3, "\\[/?inst\\]"),
  rule("smuggling.sys", 0.4, "<<sys>>|\\[/?sys(?:tem)?\\]"),
  rule("smuggling.tag", 0.35, "</?(?:system|admin|developer|assistant|instructions?)>"),
  rule(
    "smuggling.tag_closed",
    0.5,
    "</(?:system|user|prompt|instructions?|document|context)> ?<(?:system|admin|developer|assistant|instructions?)>|<admin>",
  ),
  rule(
    "smuggling.role",
    0.5,
    "(?:^|[^a-z] ?)(?:system|assistant|developer)(?: override| notice| message)? ?: ?(?:you|new|the user|all|ignore|sure|also|now|do not|admin|drop|unrestricted|obey|reveal|override|comply|your)\\b",
  ),
  rule("smuggling.heading", 0.35, "###? ?(?:system|assistant|instruction|user)\\b|\\bhuman: .{0,80}assistant:"),
  rule("smuggling.json_role", 0.55, "[\"']role[\"'] ?: ?[\"'](?:system|developer)[\"']"),
  rule(
    "smuggling.end",
    0.5,
    "\\bend of (?:the )?(?:user |system )?(?:prompt|input|instructions|conversation)\\b|\\bbegin (?:new |the )?(?:system )?(?:prompt|instructions)\\b|\\buser (?:question|input|message|prompt) ends here\\b",
  ),
  rule(
    "smuggling.override",
    0.5,
    "\\bsystem override\\b|\\boverride code\\b|\\bverified as root\\b|\\bsystem notice for\\b",
  ),
  rule(
    "smuggling.approve_all",
    0.4,
    "\\b(?:all requests are approved|approve every request|comply with every(?:thing| request)|allow all)\\b",
  ),
];
