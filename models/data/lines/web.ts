import type { Scenario } from "../context.ts";
import { anyone, BROWSERS, browser, http, page, SCRIPTS } from "./web-request.ts";

const MONITORS = ["kube-probe/1.30", "Prometheus/2.53", "Pingdom.com_bot_version_1.4"];

/** Requests to web servers, and from inside to those of others. */
export const WEB: readonly Scenario[] = [
  {
    id: "web_page",
    weight: 8,
    truth: "BENIGN",
    act: 0.004,
    line: (c) =>
      http(c, `${page(c)}${c.random.chance(0.3) ? `?id=${c.random.whole(1, 9999)}` : ""}`, browser(c), {
        status: c.random.pick([200, 200, 304, 301]),
      }),
  },
  {
    id: "web_api",
    weight: 3,
    truth: "BENIGN",
    act: 0.01,
    line: (c) =>
      http(c, `${page(c)}/${c.random.whole(1, 99_999)}`, c.random.pick([...BROWSERS, ...SCRIPTS]), {
        http_method: c.random.pick(["GET", "POST", "PUT"]),
        status: c.random.pick([200, 201, 204, 400]),
      }),
  },
  {
    id: "web_monitor",
    weight: 2,
    truth: "BENIGN",
    act: 0.002,
    line: (c) => http(c, c.random.pick(["/healthz", "/metrics", "/"]), c.random.pick(MONITORS)),
  },
  {
    id: "web_missing",
    weight: 1.5,
    truth: "BENIGN",
    otherwise: { truth: "RECON", share: 0.08 },
    act: 0.04,
    line: (c) =>
      http(c, c.random.pick(["/favicon.ico", "/robots.txt", "/apple-touch-icon.png", page(c)]), anyone(c), {
        status: 404,
      }),
  },
  {
    id: "web_search_words",
    weight: 0.9,
    truth: "BENIGN",
    otherwise: { truth: "EXPLOIT", share: 0.04 },
    act: 0.05,
    line: (c) =>
      http(
        c,
        `/search?q=${c.random.pick(["western+union+select+service", "how+to+drop+a+table+lamp", "script+writing+%3C3", "o%27reilly+books", "50%25+off+%26+free", "../+meaning+in+paths", "cmd+vs+powershell", "price+%3E+100+and+%3C+200"])}`,
        browser(c),
      ),
  },
  {
    id: "web_encoded_state",
    weight: 0.9,
    truth: "BENIGN",
    act: 0.02,
    line: (c) =>
      http(
        c,
        `${page(c)}?state=${c.random.text(c.random.whole(60, 180), "abcdefGHIJ0123456789-_")}&next=%2Fhome%3Ftab%3D1`,
        browser(c),
      ),
  },
];
