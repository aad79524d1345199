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
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";
const TYPE = "kubernetes.io/service-account-token";
const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * Tokens that the cluster itself once made for accounts (these name them), that no pod mentions, and that nobody has used for
 * `unusedMs`, are ended by a label; after as long again they are deleted. Looks once a day.
 */
export function planLegacyTokens(view: LegacyTokenView, nowMs: number, unusedMs: number): Plan {
  const since = dateMs(view.configMaps.get(TRACKING)?.data?.["since"]);
  // Nothing is known of tokens that were last used before use was marked, which began in the course of that day.
  if (since === undefined || nowMs < since + DAY_MS + unusedMs) return { stages: [], requeueAfterMs: DAY_MS };
  const actions = view.serviceAccounts.list().flatMap((account) => {
    const { namespace } = account.metadata;
    return (account.secrets ?? []).flatMap(({ name = "" }): readonly Action[] => {
      const secret = view.secrets.get({ namespace, name });
      if (secret === undefined || !isFor(secret, account)) return [];
      if (view.pods.by("secret", `${namespace ?? ""}/${name}`).length > 0) return [];
      return planToken(secret, nowMs, unusedMs);
    });
  });
  return { stages: actions.length === 0 ? [] : [actions], requeueAfterMs: DAY_MS };
}

/** A secret that says no uid is for the account of the name. */
function isFor({ type, metadata }: Secret, account: ServiceAccount): boolean {
  if (type !== TYPE || metadata.deletionTimestamp !== undefined) return false;
  const { [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid = "" } = metadata.annotations ?? {};
  return name === account.metadata.name && (uid === "" || uid === account.metadata.uid);
}

function planToken(secret: Secret, nowMs: number, unusedMs: number): readonly Action[] {
  const { labels = {}, creationTimestamp = "", namespace, name, resourceVersion } = secret.metadata;
  const keptFrom = formatTime(nowMs - unusedMs);
  if (creationTimestamp >= keptFrom) return [];
  const keptFromDay = keptFrom.slice(0, 10);
  const lastUsed = labels[LAST_USED];
  // A day that cannot be read tells nothing, and what may be in use stays.
  if (lastUsed !== undefined && (dateMs(lastUsed) === undefined || lastUsed >= keptFromDay)) return [];
  const ended = labels[INVALID_SINCE] ?? "";
  if (dateMs(ended) === undefined) {
    const metadata = { resourceVersion, labels: { [INVALID_SINCE]: formatTime(nowMs).slice(0, 10) } };
    const patch = { type: "merge", body: { metadata } } as const;
    return [{ do: "patch", resource: secrets, key: { namespace, name }, patch }];
  }
  if (ended >= keptFromDay) return [];
  // One that is used this very moment is marked so, and stays.
  return [deletion(secrets, secret, { options: { preconditions: { resourceVersion } } })];
}

/** Of a day as it is written in labels. */
function dateMs(text: string | undefined): number | undefined {
  const ms = DATE.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
