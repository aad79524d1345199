import {
  type Infer,
  inline,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { DeviceConfiguration } from "./device-configuration.ts";
import { DeviceSelector } from "./device-selector.ts";
import { ageColumn, nameColumn } from "../../table.ts";

export const DeviceClass = struct("resource.k8s.io/v1.DeviceClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<DeviceClassSpec>(() => DeviceClassSpec),
    "",
  ),
});
export interface DeviceClass extends Infer<typeof DeviceClass> {}

export const DeviceClassSpec = struct("resource.k8s.io/v1.DeviceClassSpec", {
  selectors: opt(1, list(ref<DeviceSelector>(() => DeviceSelector)), "", { maxItems: 32 }),
  config: opt(2, list(ref<DeviceClassConfiguration>(() => DeviceClassConfiguration)), "", { maxItems: 32 }),
  extendedResourceName: opt(4, string, "", { keepZero: true, gate: "DRAExtendedResource" }),
});
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClassConfiguration = struct("resource.k8s.io/v1.DeviceClassConfiguration", {
  ...inline(1, DeviceConfiguration),
});
export interface DeviceClassConfiguration extends Infer<typeof DeviceClassConfiguration> {}

export const deviceClasses = resource<DeviceClass>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "DeviceClass",
  plural: "deviceclasses",
  namespaced: false,
  schema: DeviceClass,
  storage: "deviceclasses",
  storageVersionHash: "Yk2PTc1Ybxk=",
  generationFields: ["spec"],
  columns: [nameColumn, ageColumn],
});
