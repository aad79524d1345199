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
import { configMapColumns, configMapRules, configMapStrategy } from "./config-map-strategy.ts";

export const ConfigMap = struct(
  "core/v1.ConfigMap",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    immutable: opt(4, bool, "Forbids any further change of the data.", { keepZero: true }),
    data: opt(2, map(string), "Texts by key."),
    binaryData: opt(3, map(bytes), "Bytes by key; no key may be in both maps."),
  },
  (): AnyStructOptions => ({ rules: [configMapRules], doc: "Settings that pods read as variables or files." }),
);
export interface ConfigMap extends Infer<typeof ConfigMap> {}

export const configMaps = resource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  schema: ConfigMap,
  storageVersionHash: "qFsyl6wFWjQ=",
  columns: configMapColumns,
  strategy: configMapStrategy,
});
