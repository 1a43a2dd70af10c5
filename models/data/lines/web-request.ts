import type { Context } from "../context.ts";
import { eve, inbound, type Part } from "./wire.ts";

export const BROWSERS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
  "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5)",
];
export const SCRIPTS = ["curl/8.5.0", "python-requests/2.32", "Go-http-client/1.1", "okhttp/4.12"];

/** A request to a web server, from the outside in unless told otherwise. */
export function http(c: Context, url: string, agent: string | undefined, part: Part = {}, ends?: Part): string {
  return eve(c, "http", {
    ...(ends ?? inbound(c.random, c.random.pick([80, 8080]))),
    app_proto: "http",
    http: {
      hostname: c.random.pick(c.words.domains),
      url,
      ...(agent && { http_user_agent: agent }),
      http_method: "GET",
      status: 200,
      ...part,
    },
  });
}
export const page = (c: Context): string => c.random.pick(c.words.pages);
export const browser = ({ random }: Context): string => random.pick(BROWSERS);
export const anyone = ({ random }: Context): string | undefined => random.pick([...BROWSERS, ...SCRIPTS, undefined]);
