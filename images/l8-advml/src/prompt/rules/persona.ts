import { rule } from "../rule.ts";

const NO_RULES =
  "(?:restrictions?|limits?|limitations?|guidelines?|rules?|morals?|ethics|filters?|content policy|content policies|guardrails" +
  "|safeguards|censorship|boundaries|constraints)";

/** Somebody without rules is to answer. */
export const PERSONA = [
  rule(
    "persona.dan",
    0.7,
    "\\b(?:you are|you're|act as|be|become|called) (?:now |going to be )?(?:a |an )?(?:dan|stan|dude)\\b(?! (?:from|kaminsky|brown))",
  ),
  rule(
    "persona.do_anything_now",
    0.45,
    "\\bdan ?[(,:-]* ?(?:which stands for |an ai that can )?do anything now\\b|\\b(?:can|to) do anything now and\\b",
  ),
  rule(
    "persona.named",
    0.5,
    "\\b(?:evil-?(?:bot|gpt|ai)|anti-?gpt|chaos-?gpt|(?:evil|unfiltered|amoral) (?:twin|version|ai|bot|chatbot|assistant|model))\\b",
  ),
  rule(
    "persona.role",
    0.3,
    "\\b(?:act as|pretend(?: to be| you| that you| the)?|role-?play|simulate|imagine you are|assume the role|play the role" +
      "|you are now|you are no longer|you will now|from now on you|switch to|stay in (?:character|the role)|i want you to be|as if you had|if you had no)\\b",
  ),
  rule(
    "persona.no_rules",
    0.4,
    `\\b(?:without|no|free (?:of|from)|broken free of|has no|have no|beyond|ignores?) (?:any |all |its |your |the |more |every |ethical |moral |content |safety |further ){0,6}${NO_RULES}\\b`,
  ),
  rule(
    "persona.you_without_rules",
    0.4,
    `\\b(?:you|ai|model|assistant|bot|machine|persona|version|answer|answers|speak|act|comply|respond|obey)\\b.{0,60}\\b(?:without|no|any|ignores? its|free of all its) (?:your |any |ethical |moral |content |safety |more ){0,6}${NO_RULES}\\b`,
  ),
  rule(
    "persona.unfiltered",
    0.4,
    "\\b(?:unfiltered|unrestricted|uncensored|amoral|jailbroken|unchained|unmoderated|safety ?= ?off|speak freely|answer freely|never says? no)\\b",
  ),
  rule(
    "persona.named_so",
    0.35,
    "\\byour (?:new )?(?:persona|identity|alter ego|character) is\\b|\\bbreak (?:your )?character\\b|\\bdrop the act\\b",
  ),
  rule(
    "persona.breaks_policy",
    0.4,
    "\\bnever (?:follows?|obeys?|respects?) (?:the |any |its )?(?:\\S{1,24} )?(?:polic(?:y|ies)|rules?|guidelines?|orders)\\b",
  ),
  rule(
    "persona.mode",
    0.35,
    "\\b(?:god|developer|debug|maintenance|root|admin|sudo|unrestricted|unfiltered|jailbreak) (?:mode|persona|console)\\b|\\[jailbreak\\]",
  ),
  rule(
    "persona.in_mode",
    0.4,
    "\\b(?:in|enter|enable|activate|are now in|switch to) (?:god|developer|dev|jailbreak|unrestricted) mode\\b.{0,60}\\b(?:you|anything|no|without)\\b",
  ),
  rule(
    "persona.never_refuses",
    0.45,
    "\\b(?:never|cannot|can't|not) (?:refuses?|declines?|warns?|says? no)\\b|\\balways (?:answers?|compl(?:y|ies)|obeys?) (?:without|every|in|with)\\b",
  ),
  rule(
    "persona.safeguards_off",
    0.55,
    "\\b(?:safeguards?|safety|guardrails?|filters?|(?:safety |all )?rules) (?:are |is )?(?:now )?(?:off|disabled|removed|deactivated|turned off)\\b|\\bdisable safety\\b",
  ),
  rule(
    "persona.secrets_story",
    0.4,
    "\\b(?:(?:my|her|his) (?:late |dead |deceased |old )?(?:grandmother|grandma|grandfather|uncle|aunt|mother|father)|bedtime story|lullab(?:y|ies))\\b.{0,80}\\b(?:passwords?|keys?|serial|recipe|lullab(?:y|ies))\\b",
  ),
  rule(
    "persona.master",
    0.4,
    "\\byes,? (?:my )?master\\b|\\bunconditionally\\b|\\bwithout any limitation\\b|\\bobeys? (?:me|the user) in everything\\b",
  ),
];

export const SQUEEZED_PERSONA = rule(
  "persona.unfiltered",
  0.6,
  "(?:actas|pretendtobe|youarenow|becomea?)an?(?:unrestricted|unfiltered|jailbroken|uncensored)|doanythingnow(?:and|with)",
);
