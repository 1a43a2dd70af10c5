/**
 * The one file of a folder that is mounted whole and whose sub-folders come and go. With it the folder is never empty, so
 * that removing the last of them does not take the folder from under the mount.
 */
export const KEPT_FOLDER = {
  README: { content: "Written by dsmil; mounted by containers. Do not remove.\n", mode: "0444" },
} as const;
