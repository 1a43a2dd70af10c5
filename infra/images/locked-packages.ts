/** The parts of package-lock.json (version 3) that say which code a package is. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage | undefined>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * One line for each package that `names` need, transitively: its place, version and integrity. Resolves as Node does,
 * from the nearest node_modules outwards. Packages that the lock does not know are skipped: the bundler decides.
 */
export function lockedPackages(lock: Lockfile, names: readonly string[]): string[] {
  const found = new Map<string, LockedPackage>();
  const waiting: { name: string; from: string }[] = names.map((name) => ({ name, from: "" }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const place = resolve(lock, next.name, next.from);
    const entry = place === undefined ? undefined : lock.packages[place];
    if (place === undefined || entry === undefined || found.has(place)) continue;
    found.set(place, entry);
    for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      waiting.push({ name, from: place });
    }
  }
  return [...found].map(([place, entry]) => `${place}@${entry.version ?? ""} ${entry.integrity ?? ""}`).sort();
}

function resolve(lock: Lockfile, name: string, from: string): string | undefined {
  for (let folder = from; ; ) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[place] !== undefined) return place;
    if (folder === "") return undefined;
    const parent = folder.lastIndexOf("/node_modules/");
    folder = parent === -1 ? "" : folder.slice(0, parent);
  }
}
