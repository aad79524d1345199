import type { ObjectKey } from "@skates/apimachinery";
import { type Namespace, namespaces, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import { type Controller, creation, type Lister, NOTHING, type Plan, watch } from "@skates/controller-runtime";

/** What the plan of a namespace's service account looks at. */
export interface ServiceAccountView {
  readonly namespaces: Lister<Namespace>;
  readonly serviceAccounts: Lister<ServiceAccount>;
}

const DEFAULT = "default";

/** Gives every namespace the service account that its pods have when they name none. Keys are namespaces. */
export const serviceAccountController: Controller<ServiceAccountView> = {
  name: "service-account-controller",
  watches: [
    watch({ resource: namespaces, keys: ({ metadata: { name } }) => [{ name }] }),
    watch({
      resource: serviceAccounts,
      keys: ({ metadata: { name, namespace = "" } }) => (name === DEFAULT ? [{ name: namespace }] : []),
    }),
  ],
  view: (listers) => ({ namespaces: listers.for(namespaces), serviceAccounts: listers.for(serviceAccounts) }),
  plan: planServiceAccount,
};

/** Makes the account if the namespace lives and has none. */
export function planServiceAccount(view: ServiceAccountView, key: ObjectKey): Plan {
  const namespace = view.namespaces.get(key);
  if (namespace === undefined || namespace.status?.phase === "Terminating") return NOTHING;
  if (namespace.metadata.deletionTimestamp !== undefined) return NOTHING;
  if (view.serviceAccounts.get({ namespace: key.name, name: DEFAULT }) !== undefined) return NOTHING;
  const account: ServiceAccount = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: DEFAULT, namespace: key.name },
  };
  return { stages: [[creation(serviceAccounts, account)]] };
}
