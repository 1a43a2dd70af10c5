/** Words that are spoken and must not be taken for those that are known. */
export const OTHER_WORDS: readonly string[] =
  "window green table morning paper river seven hello router open charlie delta monday coffee garden music yellow simple number order people water light carry report answer engine travel button please after before signal normal record person middle winter castle bottle silver general market tango foxtrot zulu nine four pattern start continue enable remote server network tell fall more over going yesterday law fast clock stock step stab drop spot stuff stone store sport relief replace receive reveal really lately grease police peace lisp apple alpine elder often album offer ask panther asphalt beta gamma echo brave robot bravery grave gravel below yet less yard chess dress mess yeah now not nose toe low so go snow slow north nob alarm assert avert inert about learn alive hurt late early alike hold hall home hose post toast boast roast coast cost horse house whole states statute stage station stay taste haste latest stereo stack health held hell helm kelp melt felt hem camp candy council cattle camel sample handle tunnel kettle panel channel gospel lock blue flock rock shock cloak bloom blink plug clog log dog connection firewall domain address login failed attempt user admin root file process memory disk queue model request critical high medium zero one two three five six eight ten minute hour day week again later never always maybe perhaps sorry thanks okay ready copy roger out left right forward backward up down inside outside operator tenant incident".split(
    " ",
  );

/** Other words, which were never trained on; some of them sound much like known ones. */
export const UNSEEN_OTHER_WORDS: readonly string[] =
  "shop lease ghost black elbow candle know guess static kilo laptop system printer orange mountain doctor seventeen village thunder pencil kitchen animal visit under camera balance hotel island".split(
    " ",
  );
