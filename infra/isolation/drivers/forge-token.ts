import { createHmac, randomBytes } from "node:crypto";

/** How a forged token is wrong. */
export type Forgery = "expired" | "wrong_signature" | "unsigned";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * A token (JWT, HS256) with the claims of a genuine one, wrong in one respect.
 * @param secret the server's key, with which an expired token is signed rightly
 */
export function forgeToken(genuine: string, how: Forgery, secret: string): string {
  const claims = JSON.parse(Buffer.from(genuine.split(".")[1] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;
  if (how === "unsigned") return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.`;
  const head = part({ alg: "HS256", typ: "JWT" });
  if (how === "expired")
    return sign(`${head}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) - YEAR_SECONDS })}`, secret);
  return sign(`${head}.${part(claims)}`, randomBytes(32).toString("hex"));
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const sign = (text: string, secret: string): string =>
  `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
