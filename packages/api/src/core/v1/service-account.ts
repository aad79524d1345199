import { type Infer, bool, list, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { LocalObjectReference, ObjectReference } from "./object-reference.ts";
import { ageColumn, nameColumn } from "../../table.ts";

export const ServiceAccount = struct(
  "core/v1.ServiceAccount",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    secrets: opt(
      2,
      list(
        ref<ObjectReference>(() => ObjectReference),
        { keys: ["name"] },
      ),
      "Secrets that its pods may use, where that is enforced.",
      { patch: "merge", patchKey: "name" },
    ),
    imagePullSecrets: opt(
      3,
      list(ref<LocalObjectReference>(() => LocalObjectReference)),
      "Secrets for pulling images of its pods.",
    ),
    automountServiceAccountToken: opt(4, bool, "Whether its pods get a token by default.", { keepZero: true }),
  },
  { doc: "An identity for processes in pods." },
);
export interface ServiceAccount extends Infer<typeof ServiceAccount> {}

export const serviceAccounts = resource<ServiceAccount>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  schema: ServiceAccount,
  subresources: [
    { name: "token", group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
  ],
  storageVersionHash: "pbx9ZvyFpBE=",
  columns: [nameColumn, ageColumn],
  strategy: { returnsDeleted: true, warnings: accountWarnings },
});

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

function accountWarnings({ metadata }: ServiceAccount): readonly string[] {
  const text = "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets";
  return metadata.annotations?.[ENFORCE] === undefined ? [] : [`metadata.annotations[${ENFORCE}]: ${text}`];
}
