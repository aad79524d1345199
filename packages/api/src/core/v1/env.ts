import { type Infer, bool, inline, opt, ref, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import {
  ConfigMapKeySelector,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
  SecretKeySelector,
} from "./key-selector.ts";
import { LocalObjectReference } from "./object-reference.ts";
import { envFromRules, envVarRules } from "./env-rules.ts";

export const EnvFromSource = struct(
  "core/v1.EnvFromSource",
  {
    prefix: opt(1, string, ""),
    configMapRef: opt(
      2,
      ref<ConfigMapEnvSource>(() => ConfigMapEnvSource),
      "",
    ),
    secretRef: opt(
      3,
      ref<SecretEnvSource>(() => SecretEnvSource),
      "",
    ),
  },
  (): AnyStructOptions => ({ rules: [envFromRules] }),
);
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const SecretEnvSource = struct("core/v1.SecretEnvSource", {
  ...inline(1, LocalObjectReference),
  optional: opt(2, bool, "", { keepZero: true }),
});
export interface SecretEnvSource extends Infer<typeof SecretEnvSource> {}

export const ConfigMapEnvSource = struct("core/v1.ConfigMapEnvSource", {
  ...inline(1, LocalObjectReference),
  optional: opt(2, bool, "", { keepZero: true }),
});
export interface ConfigMapEnvSource extends Infer<typeof ConfigMapEnvSource> {}

export const EnvVar = struct(
  "core/v1.EnvVar",
  {
    name: req(1, string, ""),
    value: opt(2, string, ""),
    valueFrom: opt(
      3,
      ref<EnvVarSource>(() => EnvVarSource),
      "",
    ),
  },
  (): AnyStructOptions => ({ rules: [envVarRules] }),
);
export interface EnvVar extends Infer<typeof EnvVar> {}

export const EnvVarSource = struct("core/v1.EnvVarSource", {
  fieldRef: opt(
    1,
    ref<ObjectFieldSelector>(() => ObjectFieldSelector),
    "",
  ),
  resourceFieldRef: opt(
    2,
    ref<ResourceFieldSelector>(() => ResourceFieldSelector),
    "",
  ),
  configMapKeyRef: opt(
    3,
    ref<ConfigMapKeySelector>(() => ConfigMapKeySelector),
    "",
  ),
  secretKeyRef: opt(
    4,
    ref<SecretKeySelector>(() => SecretKeySelector),
    "",
  ),
  fileKeyRef: opt(
    5,
    ref<FileKeySelector>(() => FileKeySelector),
    "",
    { gate: "EnvFiles" },
  ),
});
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}
