/**
 * How esbuild makes a service's one file. Part of every service's tag. CommonJS packages inside the ESM bundle still ask
 * for `require` and `__dirname`; the banner provides them.
 */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  legalComments: "none",
  external: ["pg-native", "onnxruntime-node", "node-llama-cpp"],
  banner: {
    js: [
      'import{createRequire as __cr}from"node:module";',
      'import{fileURLToPath as __fu}from"node:url";',
      'import{dirname as __dn}from"node:path";',
      "const require=__cr(import.meta.url);",
      "const __filename=__fu(import.meta.url);",
      "const __dirname=__dn(__filename);",
    ].join(""),
  },
} as const;
