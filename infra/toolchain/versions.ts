/**
 * Versions of the tools, equal to those of the npm SDKs in package.json: an SDK asks the engine for exactly the plugin
 * of its own version. `cli/go.mod` and `providers/main.go` carry them for the build from Go modules.
 */
export const versions = {
  pulumi: "3.259.0",
  /** Oldest installed Pulumi that is taken as it is: the first whose projects may hold local plugins as we use them. */
  oldestPulumi: "3.200.0",
  plugins: { docker: "5.2.0", random: "4.21.2", tls: "5.6.1" },
  go: "1.26.8",
  /** Oldest Go that can fetch the wanted toolchain by itself. */
  oldestGo: "1.21.0",
} as const;
