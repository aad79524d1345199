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
      "",
    ),
    immutable: opt(5, bool, "", { keepZero: true }),
    data: opt(2, map(bytes), ""),
    stringData: opt(4, map(string), ""),
    type: opt(3, string, "", {
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
  (): AnyStructOptions => ({ rules: [secretRules], defaults: withStringData }),
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
