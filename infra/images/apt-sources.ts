/** Debian release of all images. */
const SUITE = "bookworm";
/** Debian's own mirror network. */
const MIRROR = ["deb", "debian", "org"].join(".");
/** Where the release is found when the machine that builds has no mirror for it. */
const DEBIAN = [
  `http://${MIRROR}/debian ${SUITE}`,
  `http://${MIRROR}/debian ${SUITE}-updates`,
  `http://${MIRROR}/debian-security ${SUITE}-security`,
];
const WANTED = new Set([SUITE, `${SUITE}-updates`, `${SUITE}-security`]);

/**
 * A sources.list for the images' release, from the machine's own apt configuration, so that its mirror is used: entries
 * for other releases and of other vendors are left out. Debian's mirror when nothing remains.
 * @param lists texts of `*.list` files (one line an entry)
 * @param stanzas texts of `*.sources` files (deb822)
 * @param keyring path of Debian's keyring, the same here and in an image; without one apt's own trusted keys count
 */
export function aptSources(lists: readonly string[], stanzas: readonly string[], keyring?: string): string {
  const own = [...lists.flatMap(fromList), ...stanzas.flatMap(fromStanzas)];
  const complete = own.some((entry) => entry.endsWith(` ${SUITE}`));
  const options = keyring === undefined ? "" : `[signed-by=${keyring}] `;
  const entries = new Set(complete ? own : DEBIAN);
  return [...entries].map((entry) => `deb ${options}${entry} main\n`).join("");
}

/** `deb [options] uri suite components…`, as "uri suite". */
function fromList(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const [, uri = "", suite = "", components = ""] =
      /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    return WANTED.has(suite) && /\bmain\b/.test(components) ? [`${uri} ${suite}`] : [];
  });
}

function fromStanzas(text: string): string[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string[]>();
    for (const line of stanza.split("\n").filter((l) => !l.startsWith("#"))) {
      const [, key = "", value = ""] = /^([A-Za-z-]+):(.*)$/.exec(line) ?? [];
      if (key !== "") fields.set(key.toLowerCase(), value.trim().split(/\s+/));
    }
    const get = (key: string): string[] => fields.get(key) ?? [];
    if (!get("types").includes("deb") || get("enabled")[0] === "no" || !get("components").includes("main")) return [];
    return get("uris").flatMap((uri) =>
      get("suites")
        .filter((suite) => WANTED.has(suite))
        .map((suite) => `${uri} ${suite}`),
    );
  });
}
