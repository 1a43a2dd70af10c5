/** What looks like a secret in a line. Programs of the fleet write none; what they run, or print when they fail, might. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
  /\b(?<keep>bearer|basic) +[\w.~+/=-]{8,}/gi,
  // A word such as `password`, and what is set to it; in JSON, too.
  /(?<keep>(?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|credential|seed)s?\\?["']? ?[:=] ?\\?["']?)[^\s"'\\,;&}]{4,}/gi,
  // A login in an address.
  /(?<keep>[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{0,64}:)[^\s@/]{1,256}(?=@)/gi,
  /\bsk-[\w-]{8,}/g,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g,
];

/** A text without what looks like a secret. */
export const redact = (text: string): string =>
  SECRETS.reduce((left, pattern) => left.replace(pattern, replaced), text);

function replaced(...args: readonly unknown[]): string {
  const groups = args.at(-1) as Readonly<Record<string, string>> | string;
  const keep = typeof groups === "string" ? "" : (groups.keep ?? "");
  return `${keep}${/^(bearer|basic)$/i.test(keep) ? " " : ""}[removed]`;
}
