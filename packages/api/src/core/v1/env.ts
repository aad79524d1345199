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
    prefix: opt(1, string, "Put in front of every key."),
    configMapRef: opt(
      2,
      ref<ConfigMapEnvSource>(() => ConfigMapEnvSource),
      "The config map.",
    ),
    secretRef: opt(
      3,
      ref<SecretEnvSource>(() => SecretEnvSource),
      "The secret.",
    ),
  },
  (): AnyStructOptions => ({ rules: [envFromRules], doc: "An object whose keys become variables." }),
);
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const SecretEnvSource = struct(
  "core/v1.SecretEnvSource",
  {
    ...inline(1, LocalObjectReference),
    optional: opt(2, bool, "The secret need not exist.", { keepZero: true }),
  },
  { doc: "A secret whose keys become variables." },
);
export interface SecretEnvSource extends Infer<typeof SecretEnvSource> {}

export const ConfigMapEnvSource = struct(
  "core/v1.ConfigMapEnvSource",
  {
    ...inline(1, LocalObjectReference),
    optional: opt(2, bool, "The config map need not exist.", { keepZero: true }),
  },
  { doc: "A config map whose keys become variables." },
);
export interface ConfigMapEnvSource extends Infer<typeof ConfigMapEnvSource> {}

export const EnvVar = struct(
  "core/v1.EnvVar",
  {
    name: req(1, string, "Name of the variable."),
    value: opt(2, string, "Its value; $(NAME) stands for an earlier variable, $$ for a dollar sign."),
    valueFrom: opt(
      3,
      ref<EnvVarSource>(() => EnvVarSource),
      "Where the value comes from, in place of one written here.",
    ),
  },
  (): AnyStructOptions => ({ rules: [envVarRules], doc: "A variable of a container's environment." }),
);
export interface EnvVar extends Infer<typeof EnvVar> {}

export const EnvVarSource = struct(
  "core/v1.EnvVarSource",
  {
    fieldRef: opt(
      1,
      ref<ObjectFieldSelector>(() => ObjectFieldSelector),
      "A field of the pod.",
    ),
    resourceFieldRef: opt(
      2,
      ref<ResourceFieldSelector>(() => ResourceFieldSelector),
      "A resource of the container.",
    ),
    configMapKeyRef: opt(
      3,
      ref<ConfigMapKeySelector>(() => ConfigMapKeySelector),
      "A key of a config map.",
    ),
    secretKeyRef: opt(
      4,
      ref<SecretKeySelector>(() => SecretKeySelector),
      "A key of a secret.",
    ),
    fileKeyRef: opt(
      5,
      ref<FileKeySelector>(() => FileKeySelector),
      "A key of a file in a volume.",
      { gate: "EnvFiles" },
    ),
  },
  { doc: "Where a variable gets its value from; exactly one must be given." },
);
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}
