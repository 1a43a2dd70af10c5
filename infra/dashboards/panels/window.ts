/** Time over which rates are taken: 20 scrapes, so that a missed one does not show. */
export const WINDOW = "5m";
/** Time over which objectives are judged. */
export const SLO_WINDOW = "1h";
/** Time over which what is rare is counted. */
export const DAY = "1d";
