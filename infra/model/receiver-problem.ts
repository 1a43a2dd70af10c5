/** A user, an at sign and a domain with a dot; what mail servers take beyond that is more than a channel needs. */
const ADDRESS = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;

/** What is wrong with the address of somebody who is told, if anything. */
export const emailProblem = (target: string): string | undefined =>
  ADDRESS.test(target) ? undefined : `${target} is no email address; expected one such as soc@alpha.example`;

/** What is wrong with the URL of a webhook, if anything: it is https and holds no secret. */
export function urlProblem(target: string): string | undefined {
  const url = URL.parse(target);
  if (url?.protocol !== "https:")
    return `${target} is no https URL; expected one such as https://soc.alpha.example/events`;
  // Not echoed: it may be a secret, and so may the whole be.
  if (url.username !== "" || url.password !== "") return "a webhook's URL must not hold a user or a password";
  if (target.includes("?") || target.includes("#")) {
    return "a webhook's URL must have no query and no fragment: the manifest is no place for a token";
  }
  return undefined;
}
