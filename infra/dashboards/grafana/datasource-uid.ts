/** Names by which dashboards find their datasources; provisioning gives them to the datasources. */
export const PROMETHEUS_UID = "dsmil-prometheus";
export const LOKI_UID = "dsmil-loki";
