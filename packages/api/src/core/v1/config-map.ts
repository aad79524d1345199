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
} from "@skates/apimachinery";

export const ConfigMap = struct("core/v1.ConfigMap", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  immutable: opt(4, bool, "", { keepZero: true }),
  data: opt(2, map(string), ""),
  binaryData: opt(3, map(bytes), ""),
});
export interface ConfigMap extends Infer<typeof ConfigMap> {}

export const configMaps = resource<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  schema: ConfigMap,
  storageVersionHash: "qFsyl6wFWjQ=",
});
