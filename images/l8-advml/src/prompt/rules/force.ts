import { rule } from "../rule.ts";

/** Tools, rules of engagement and force are to be used as nobody allowed. */
export const FORCE = [
  rule(
    "force.roe",
    0.75,
    "\\b(?:disregard|ignore|ignoring|bypass|bypassing|skip|skipping|override|violate|suspend|disable|circumvent|forget) (?:the |all |any |every |our |this )*" +
      "(?:\\S{1,24} )?(?:roe|rules of engagement|two-person|two person|emergency stop|human approval|human confirmation|authori[sz]ation)\\b",
  ),
  rule(
    "force.roe_level",
    0.6,
    "\\bset (?:the |my |our )?roe (?:level )?to (?:unrestricted|none|any|full|weapons)\\b|\\boverride the roe\\b",
  ),
  rule(
    "force.order",
    0.3,
    "^(?:please )?(?:execute|launch|initiate|carry out|fire|release|authori[sz]e) (?:the |a |any |all )*(?:kinetic|missiles?|weapons?|strike|lethal)\\b",
  ),
  rule(
    "force.overrule",
    0.35,
    "\\b(?:overrule|override|ignore|disregard) (?:the )?(?:commander|operator|officer|chain of command)(?:'s)?\\b",
  ),
  rule(
    "force.roe_gone",
    0.4,
    "\\b(?:roe|rules of engagement) (?:\\S{1,24} ){0,2}(?:revoked|lifted|suspended|cancell?ed|void|waived|no longer)\\b",
  ),
  rule(
    "force.skip_approval",
    0.4,
    "\\b(?:skip|bypass|ignore|omit) (?:the |any |all )?(?:approval|authori[sz]ation|confirmation|clearance)s?(?: workflow| step| check| process)?\\b",
  ),
  rule(
    "force.kinetic",
    0.45,
    "\\b(?:execute|launch|authori[sz]e|release|perform|carry out|initiate|engage|conduct|order|fire) (?:(?:a|the|any|all|some|on) ){0,2}(?:kinetic|strike|lethal|weapons?|missiles?|target)\\b",
  ),
  rule(
    "force.permission",
    0.5,
    "\\bpermission to fire\\b|\\bweapons? (?:are )?free\\b|\\bskip the two-person\\b|\\bagainst orders\\b|\\blethal force\\b",
  ),
  rule(
    "force.unconfirmed",
    0.3,
    "\\b(?:without|no|skip|not ask for|don't ask for|never ask for) (?:waiting for |any |human |further |asking for |prior )*(?:confirmation|approval|authori[sz]ation)\\b(?: needed)?(?!\\?)",
  ),
  rule(
    "force.authority",
    0.35,
    "\\bi(?: am|'m) (?:the |your )?(?:commander|administrator|admin|root|developer|owner|creator|hacked)\\b|\\b(?:commander|boss|ceo|admin) (?:has )?(?:approved|authori[sz]ed)\\b" +
      "|\\buser (?:is|has been verified as) (?:an? |the )?(?:root|admin|administrator)\\b|\\bi am authori[sz]ed to\\b|\\badmin privileges granted\\b|\\bas the administrator\\b",
  ),
  rule(
    "force.forge",
    0.55,
    "\\bforge (?:the |a )?(?:\\S{1,24} )?signature\\b|\\b(?:sign|submit) (?:it )?(?:for|as) me\\b",
  ),
  rule(
    "force.shell",
    0.5,
    "\\brm -rf /(?![a-z])|\\bmkfs(?:\\.\\w{1,8})? /dev/|\\bcurl [^|\\n]{0,120}\\| ?(?:ba)?sh\\b|\\bcat /etc/shadow\\b|\\bsudo (?:disable|cat|rm)\\b|\\bopen all ports\\b",
  ),
  rule(
    "force.destroy",
    0.4,
    "^(?:please )?(?:delete|drop|wipe|destroy|erase) (?:all |the |every )*(?:\\S{1,24} )?(?:logs?|tables?|database|backups?)\\b",
  ),
  rule(
    "force.audit_off",
    0.4,
    "\\b(?:disable|stop|kill|turn off|clear|wipe) (?:the |all )?audit (?:service|logs?|trail|daemon)\\b",
  ),
  rule(
    "force.tool",
    0.25,
    "\\b(?:call|use|run|invoke|open|with|through) (?:the |your |a )?(?:\\S{1,24} )?(?:tools?|shell|executor|console)\\b(?! on)",
  ),
  rule(
    "force.privilege",
    0.45,
    "\\b(?:escalate my|grant me|give me) (?:\\S{1,24} ){0,2}(?:privileges|access|admin|the keys|the root password|root password)\\b|\\bgrant me\\b",
  ),
  rule(
    "force.tenants",
    0.4,
    "\\b(?:list|show|see|read|access|access to) (?:the )?(?:other|every|another|bravo|alpha) tenants?(?:'s)?\\b",
  ),
  rule(
    "force.secrets",
    0.4,
    "\\b(?:tell|give|send|reveal|print|list|show|paste|return|output)(?: me| us| to me)? (?:all |the |your |any )*(?:secrets?|api ?keys?|passwords?|admin password|root password|environment variables|keys|credentials)\\b",
  ),
  rule(
    "force.own_secrets",
    0.55,
    "\\b(?:api ?key|token|password|credentials?|secrets?) (?:that )?you (?:were|are|have been|use|hold|know)\\b|\\byour (?:own )?(?:api ?key|access token|credentials)\\b",
  ),
  rule("force.shadow", 0.35, "/etc/shadow\\b|\\bpassword hashes\\b|\\bid_rsa\\b"),
  rule(
    "force.waiver",
    0.3,
    "\\bi have (?:a |the |full )?(?:waiver|clearance|permission|authori[sz]ation)\\b|\\b(?:authori[sz]ed|approved) (?:test|exercise|override)\\b",
  ),
  rule(
    "force.tenants_data",
    0.35,
    "\\b(?:bravo|alpha|other|another) tenants?'?s? (?:alerts|events|data|knowledge|chat|logs|keys)\\b",
  ),
  rule(
    "force.conceal",
    0.4,
    "\\b(?:and|then) (?:hide|deny) (?:it|that|any)\\b|, silently\\b|\\bhide any\\b|\\bdo not (?:mention|point out|alert|tell)\\b|\\bhide it from the log\\b",
  ),
];
