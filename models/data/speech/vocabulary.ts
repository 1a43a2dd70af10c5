/** Words that are spoken and must not be taken for those that are known. */
export const OTHER_WORDS: readonly string[] =
  "window green table morning paper river seven hello router open charlie delta monday coffee garden music yellow simple number order people water light carry report answer window engine travel button please after before signal normal record person middle winter castle bottle silver general market tango foxtrot zulu nine four engine pattern start continue enable remote server network tell fall more over going yesterday law fast clock".split(
    " ",
  );

/** Other words, which were never trained on; some of them sound much like known ones. */
export const UNSEEN_OTHER_WORDS: readonly string[] =
  "shop lease ghost black elbow candle know guess static kilo laptop system printer orange mountain doctor seventeen village thunder pencil kitchen animal visit under camera balance hotel island".split(
    " ",
  );
