import {
  type Infer,
  bool,
  bytes,
  map,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { secretColumns, secretFields, secretRules, secretStrategy, withStringData } from "./secret-strategy.ts";

export const Secret = struct(
  "core/v1.Secret",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    immutable: opt(5, bool, "Forbids any further change of the data.", { keepZero: true }),
    data: opt(2, map(bytes), "Bytes by key."),
    stringData: opt(4, map(string), "Texts by key, for writing only; they win over data."),
    type: opt(3, string, "What the secret is for, and which keys it must have.", {
      default: "Opaque",
      known: [
        "Opaque",
        "kubernetes.io/service-account-token",
        "kubernetes.io/dockercfg",
        "kubernetes.io/dockerconfigjson",
        "kubernetes.io/basic-auth",
        "kubernetes.io/ssh-auth",
        "kubernetes.io/tls",
        "bootstrap.kubernetes.io/token",
      ],
    }),
  },
  (): AnyStructOptions => ({
    rules: [secretRules],
    defaults: withStringData,
    doc: "Sensitive data that pods read as variables or files.",
  }),
);
export interface Secret extends Infer<typeof Secret> {}

export const secrets = resource<Secret>({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  schema: Secret,
  storageVersionHash: "S6u1pOWzb84=",
  columns: secretColumns,
  strategy: secretStrategy,
  selectableFields: secretFields,
});
