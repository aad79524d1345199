import { formatTime, type ObjectKey } from "@skates/apimachinery";
import { type ConfigMap, type Pod, type Secret, secrets, type ServiceAccount } from "@skates/api/core/v1";
import { type Action, deletion, type Lister, type Plan } from "@skates/controller-runtime";

/** What the plan looks at; pods have the index `secret`. */
export interface LegacyTokenView {
  readonly secrets: Lister<Secret>;
  readonly serviceAccounts: Lister<ServiceAccount>;
  readonly pods: Lister<Pod>;
  readonly configMaps: Lister<ConfigMap>;
}

/** Where the API server notes since when it marks the use of tokens. */
export const TRACKING: ObjectKey = {
  namespace: "kube-system",
  name: "kube-apiserver-legacy-service-account-token-tracking",
};
const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
const TYPE = "kubernetes.io/service-account-token";
const DAY_MS = 86_400_000;

/**
 * Tokens that the cluster itself once made for accounts (these name them), that no pod mounts, and that nobody has used for
 * `unusedMs`, are ended by a label; after as long again they are deleted. Looks once a day.
 */
export function planLegacyTokens(view: LegacyTokenView, nowMs: number, unusedMs: number): Plan {
  const since = dateMs(view.configMaps.get(TRACKING)?.data?.["since"]);
  // Nothing is known of tokens that were last used before use was marked.
  if (since === undefined || nowMs - since < unusedMs) return { stages: [], requeueAfterMs: DAY_MS };
  const actions = view.serviceAccounts.list().flatMap((account) => {
    const { namespace } = account.metadata;
    return (account.secrets ?? []).flatMap(({ name = "" }): readonly Action[] => {
      const secret = view.secrets.get({ namespace, name });
      if (secret === undefined || secret.type !== TYPE || secret.metadata.deletionTimestamp !== undefined) return [];
      const of = secret.metadata.annotations?.["kubernetes.io/service-account.uid"];
      if (of !== account.metadata.uid || view.pods.by("secret", `${namespace ?? ""}/${name}`).length > 0) return [];
      return plan(secret, nowMs, unusedMs);
    });
  });
  return { stages: actions.length === 0 ? [] : [actions], requeueAfterMs: DAY_MS };
}

function plan(secret: Secret, nowMs: number, unusedMs: number): readonly Action[] {
  const { labels = {}, creationTimestamp } = secret.metadata;
  const lastMs = dateMs(labels[LAST_USED]) ?? dateMs(creationTimestamp) ?? nowMs;
  if (nowMs - lastMs < unusedMs) return [];
  const endedMs = dateMs(labels[INVALID_SINCE]);
  if (endedMs === undefined) {
    const label = { [INVALID_SINCE]: formatTime(nowMs).slice(0, 10) };
    const metadata = { resourceVersion: secret.metadata.resourceVersion, labels: label };
    const key = { namespace: secret.metadata.namespace, name: secret.metadata.name };
    return [{ do: "patch", resource: secrets, key, patch: { type: "merge", body: { metadata } } }];
  }
  return nowMs - endedMs < unusedMs ? [] : [deletion(secrets, secret)];
}

function dateMs(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
