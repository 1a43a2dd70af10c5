import type { Loose, ManifestAlerts } from "../manifest.ts";
import type { Finding, ManifestPath } from "../manifest-error.ts";
import { emailProblem, urlProblem } from "../receiver-problem.ts";
import type { Check } from "./cross-check.ts";

/** Receivers of alerts have ids of their own and targets that can be reached; the files that they need lie together. */
export const checkAlerts: Check = ({ alerts, layers }) => {
  if (alerts === undefined) return [];
  const known = (layers ?? []).flatMap((layer) => layer?.id ?? []);
  return [...ids(alerts), ...targets(alerts), ...files(alerts), ...filters(alerts, known)];
};

type Alerts = Loose<ManifestAlerts>;

function ids({ webhooks = [] }: Alerts): Finding[] {
  const taken = new Set<string>();
  return webhooks.flatMap((webhook, i) => {
    const id = webhook?.id;
    if (id === undefined || !taken.has(id)) {
      if (id !== undefined) taken.add(id);
      return [];
    }
    return [{ path: ["alerts", "webhooks", i, "id"], message: `the id "${id}" is taken; expected one that is free` }];
  });
}

function targets({ webhooks = [], email }: Alerts): Finding[] {
  const finding = (path: ManifestPath, problem: string | undefined): Finding[] =>
    problem === undefined ? [] : [{ path, message: problem }];
  const addresses = [[["from"], email?.from] as const, ...(email?.to ?? []).map((to, i) => [["to", i], to] as const)];
  return [
    ...webhooks.flatMap((webhook, i) =>
      webhook?.url === undefined ? [] : finding(["alerts", "webhooks", i, "url"], urlProblem(webhook.url)),
    ),
    ...addresses.flatMap(([path, address]) =>
      address === undefined ? [] : finding(["alerts", "email", ...path], emailProblem(address)),
    ),
    ...(email !== undefined && (email.username === undefined) !== (email.password_file === undefined)
      ? finding(["alerts", "email"], "has a username or a password_file; expected both or none")
      : []),
  ];
}

/** One folder is mounted, and nothing else of the node. */
function files({ webhooks = [], email }: Alerts): Finding[] {
  const all = [
    ...webhooks.flatMap((webhook, i) =>
      (["token_file", "ca_file"] as const).map((key) => [["webhooks", i, key], webhook?.[key]] as const),
    ),
    ...(["password_file", "ca_file"] as const).map((key) => [["email", key], email?.[key]] as const),
  ].flatMap(([path, file]) => (file === undefined ? [] : [{ path: ["alerts", ...path], folder: folderOf(file) }]));
  const [first] = all;
  return all
    .filter(({ folder }) => folder !== first?.folder || OWN.test(`${folder}/`))
    .map(({ path, folder }) => ({
      path,
      message: OWN.test(`${folder}/`)
        ? `${folder} is the fleet's or the system's; expected a folder of the operator's, such as /etc/dsmil-alerts`
        : `lies in ${folder}; expected ${first?.folder}, where the other files of alerts are`,
    }));
}

/** Folders that a container must not see for the sake of a token. */
const OWN =
  /^\/(etc\/(dsmil|ssh|ssl|docker|pam\.d)?\/?$|etc\/dsmil\/|root\/|home\/|proc\/|sys\/|dev\/|run\/|boot\/|usr\/|bin\/|sbin\/|lib\/|var\/lib\/(dsmil|docker)\/|var\/run\/)/;

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/"));

function filters({ webhooks = [], email }: Alerts, known: readonly string[]): Finding[] {
  const all = [
    ...webhooks.flatMap((webhook, i) =>
      (webhook?.layers ?? []).map((id, j) => [["webhooks", i, "layers", j], id] as const),
    ),
    ...(email?.layers ?? []).map((id, j) => [["email", "layers", j], id] as const),
  ];
  return all
    .filter(([, id]) => id !== undefined && !known.includes(id))
    .map(([path, id]) => ({
      path: ["alerts", ...path],
      message: `there is no layer "${id}"; expected an id from layers`,
    }));
}
