import type { Resource } from "./policy.ts";

/** A published port in the docker provider's words. */
export interface Port {
  readonly internal: number;
  readonly external?: number;
  readonly ip?: string;
}

export interface Mount {
  readonly type?: string;
  readonly source?: string;
  readonly target?: string;
}

/** What the policies read of a container; absent is absent, never a default. */
export interface ContainerProps {
  readonly restart?: string;
  readonly user?: string;
  readonly memory?: number;
  readonly memorySwap?: number;
  readonly readOnly?: boolean;
  readonly privileged?: boolean;
  readonly networkMode?: string;
  readonly pidMode?: string;
  readonly ipcMode?: string;
  readonly usernsMode?: string;
  readonly logDriver?: string;
  readonly logOpts?: Readonly<Record<string, string>>;
  readonly capabilities?: { readonly adds?: readonly string[]; readonly drops?: readonly string[] };
  readonly securityOpts?: readonly string[];
  readonly healthcheck?: { readonly tests?: readonly string[] };
  readonly labels?: readonly { readonly label: string; readonly value: string }[];
  readonly envs?: readonly string[];
  readonly ports?: readonly Port[];
  readonly mounts?: readonly Mount[];
  readonly volumes?: readonly { readonly hostPath?: string; readonly volumeName?: string }[];
  readonly networksAdvanced?: readonly { readonly name: string }[];
}

/** The properties of a container; undefined for every other resource. */
export function containerOf({ type, props }: Resource): ContainerProps | undefined {
  return type === "docker:index/container:Container" ? (props as ContainerProps) : undefined;
}

/** The value of a label: `dsmil.tenant`. */
export function label({ labels }: ContainerProps, name: string): string | undefined {
  return list(labels).find((one) => one.label === name)?.value;
}

/** Host folders and volumes that a container sees, by either way of naming them. */
export function sources({ mounts, volumes }: ContainerProps): string[] {
  return [...list(mounts).map(({ source }) => source), ...list(volumes).map((v) => v.hostPath ?? v.volumeName)].filter(
    (source) => source !== undefined,
  );
}

/** A list as it is; nothing where a preview shows a mark in its place, as of secrets. */
export function list<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}
