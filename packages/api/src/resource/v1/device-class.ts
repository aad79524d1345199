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

export const DeviceClass = struct(
  "resource.k8s.io/v1.DeviceClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<DeviceClassSpec>(() => DeviceClassSpec),
      "What is wanted.",
    ),
  },
  { doc: "A kind of devices." },
);
export interface DeviceClass extends Infer<typeof DeviceClass> {}

export const DeviceClassSpec = struct(
  "resource.k8s.io/v1.DeviceClassSpec",
  {
    selectors: opt(1, list(ref<DeviceSelector>(() => DeviceSelector)), "What the devices are like; all must hold.", {
      maxItems: 32,
    }),
    config: opt(2, list(ref<DeviceClassConfiguration>(() => DeviceClassConfiguration)), "Settings for them.", {
      maxItems: 32,
    }),
    extendedResourceName: opt(4, string, "Extended resource that such devices serve.", {
      keepZero: true,
      gate: "DRAExtendedResource",
    }),
  },
  { doc: "Which devices, with which settings." },
);
export interface DeviceClassSpec extends Infer<typeof DeviceClassSpec> {}

export const DeviceClassConfiguration = struct(
  "resource.k8s.io/v1.DeviceClassConfiguration",
  {
    ...inline(1, DeviceConfiguration),
  },
  { doc: "Settings for devices of a class." },
);
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
  formerVersions: ["v1beta2"],
  generationFields: ["spec"],
  columns: [nameColumn, ageColumn],
});
