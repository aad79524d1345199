import {
  type Infer,
  type Struct,
  bool,
  bytes,
  double,
  int32,
  int64,
  json,
  list,
  map,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { crdDefaults, crdSpecDefaults } from "./custom-resource-definition-defaults.ts";

export const CustomResourceDefinition = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinition",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    spec: req(
      2,
      ref<CustomResourceDefinitionSpec>(() => CustomResourceDefinitionSpec),
      "",
    ),
    status: opt(
      3,
      ref<CustomResourceDefinitionStatus>(() => CustomResourceDefinitionStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: crdDefaults }),
);
export interface CustomResourceDefinition extends Infer<typeof CustomResourceDefinition> {}

export const CustomResourceDefinitionStatus = struct("apiextensions.k8s.io/v1.CustomResourceDefinitionStatus", {
  conditions: opt(
    1,
    list(
      ref<CustomResourceDefinitionCondition>(() => CustomResourceDefinitionCondition),
      { keys: ["type"] },
    ),
    "",
    { emitEmpty: true },
  ),
  acceptedNames: opt(
    2,
    ref<CustomResourceDefinitionNames>(() => CustomResourceDefinitionNames),
    "",
    { emitEmpty: true },
  ),
  storedVersions: opt(3, list(string), "", { emitEmpty: true }),
  observedGeneration: opt(4, int64, "", { gate: "CRDObservedGenerationTracking" }),
});
export interface CustomResourceDefinitionStatus extends Infer<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinitionCondition = struct("apiextensions.k8s.io/v1.CustomResourceDefinitionCondition", {
  type: req(1, string, "", {
    known: [
      "Established",
      "NamesAccepted",
      "NonStructuralSchema",
      "Terminating",
      "KubernetesAPIApprovalPolicyConformant",
      "StorageMigrating",
    ],
  }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
  observedGeneration: opt(6, int64, "", { gate: "CRDObservedGenerationTracking" }),
});
export interface CustomResourceDefinitionCondition extends Infer<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionSpec = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionSpec",
  {
    group: req(1, string, ""),
    names: req(
      3,
      ref<CustomResourceDefinitionNames>(() => CustomResourceDefinitionNames),
      "",
    ),
    scope: req(4, string, "", { known: ["Cluster", "Namespaced"] }),
    versions: req(7, list(ref<CustomResourceDefinitionVersion>(() => CustomResourceDefinitionVersion)), ""),
    conversion: opt(
      9,
      ref<CustomResourceConversion>(() => CustomResourceConversion),
      "",
    ),
    preserveUnknownFields: opt(10, bool, ""),
  },
  (): AnyStructOptions => ({ defaults: crdSpecDefaults }),
);
export interface CustomResourceDefinitionSpec extends Infer<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceConversion = struct("apiextensions.k8s.io/v1.CustomResourceConversion", {
  strategy: req(1, string, "", { known: ["None", "Webhook"] }),
  webhook: opt(
    2,
    ref<WebhookConversion>(() => WebhookConversion),
    "",
  ),
});
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

export const WebhookConversion = struct("apiextensions.k8s.io/v1.WebhookConversion", {
  clientConfig: opt(
    2,
    ref<WebhookClientConfig>(() => WebhookClientConfig),
    "",
  ),
  conversionReviewVersions: req(3, list(string), ""),
});
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const WebhookClientConfig = struct("apiextensions.k8s.io/v1.WebhookClientConfig", {
  url: opt(3, string, "", { keepZero: true }),
  service: opt(
    1,
    ref<ServiceReference>(() => ServiceReference),
    "",
  ),
  caBundle: opt(2, bytes, ""),
});
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct("apiextensions.k8s.io/v1.ServiceReference", {
  namespace: req(1, string, ""),
  name: req(2, string, ""),
  path: opt(3, string, "", { keepZero: true }),
  port: opt(4, int32, "", { keepZero: true, default: 443 }),
});
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const CustomResourceDefinitionVersion = struct("apiextensions.k8s.io/v1.CustomResourceDefinitionVersion", {
  name: req(1, string, ""),
  served: req(2, bool, ""),
  storage: req(3, bool, ""),
  deprecated: opt(7, bool, ""),
  deprecationWarning: opt(8, string, "", { keepZero: true }),
  schema: opt(
    4,
    ref<CustomResourceValidation>(() => CustomResourceValidation),
    "",
  ),
  subresources: opt(
    5,
    ref<CustomResourceSubresources>(() => CustomResourceSubresources),
    "",
  ),
  additionalPrinterColumns: opt(6, list(ref<CustomResourceColumnDefinition>(() => CustomResourceColumnDefinition)), ""),
  selectableFields: opt(9, list(ref<SelectableField>(() => SelectableField)), "", {
    gate: "CustomResourceFieldSelectors",
  }),
});
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}

export const SelectableField = struct("apiextensions.k8s.io/v1.SelectableField", {
  jsonPath: req(1, string, ""),
});
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceColumnDefinition = struct("apiextensions.k8s.io/v1.CustomResourceColumnDefinition", {
  name: req(1, string, ""),
  type: req(2, string, ""),
  format: opt(3, string, ""),
  description: opt(4, string, ""),
  priority: opt(5, int32, ""),
  jsonPath: req(6, string, ""),
});
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const CustomResourceSubresources = struct("apiextensions.k8s.io/v1.CustomResourceSubresources", {
  status: opt(
    1,
    ref<CustomResourceSubresourceStatus>(() => CustomResourceSubresourceStatus),
    "",
  ),
  scale: opt(
    2,
    ref<CustomResourceSubresourceScale>(() => CustomResourceSubresourceScale),
    "",
  ),
});
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const CustomResourceSubresourceScale = struct("apiextensions.k8s.io/v1.CustomResourceSubresourceScale", {
  specReplicasPath: req(1, string, ""),
  statusReplicasPath: req(2, string, ""),
  labelSelectorPath: opt(3, string, "", { keepZero: true }),
});
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = struct("apiextensions.k8s.io/v1.CustomResourceSubresourceStatus", {});
export interface CustomResourceSubresourceStatus extends Infer<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceValidation = struct("apiextensions.k8s.io/v1.CustomResourceValidation", {
  openAPIV3Schema: opt(
    1,
    ref<JSONSchemaProps>(() => JSONSchemaProps),
    "",
  ),
});
export interface CustomResourceValidation extends Infer<typeof CustomResourceValidation> {}

export const JSONSchemaProps = struct("apiextensions.k8s.io/v1.JSONSchemaProps", {
  id: opt(1, string, ""),
  $schema: opt(2, string, ""),
  $ref: opt(3, string, "", { keepZero: true }),
  description: opt(4, string, ""),
  type: opt(5, string, ""),
  format: opt(6, string, ""),
  title: opt(7, string, ""),
  default: opt(8, json, "", { keepZero: true }),
  maximum: opt(9, double, "", { keepZero: true }),
  exclusiveMaximum: opt(10, bool, ""),
  minimum: opt(11, double, "", { keepZero: true }),
  exclusiveMinimum: opt(12, bool, ""),
  maxLength: opt(13, int64, "", { keepZero: true }),
  minLength: opt(14, int64, "", { keepZero: true }),
  pattern: opt(15, string, ""),
  maxItems: opt(16, int64, "", { keepZero: true }),
  minItems: opt(17, int64, "", { keepZero: true }),
  uniqueItems: opt(18, bool, ""),
  multipleOf: opt(19, double, "", { keepZero: true }),
  enum: opt(20, list(json), ""),
  maxProperties: opt(21, int64, "", { keepZero: true }),
  minProperties: opt(22, int64, "", { keepZero: true }),
  required: opt(23, list(string), ""),
  items: opt(24, json, "", { keepZero: true }),
  allOf: opt(25, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  oneOf: opt(26, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  anyOf: opt(27, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  not: opt(
    28,
    ref<JSONSchemaProps>((): Struct => JSONSchemaProps),
    "",
  ),
  properties: opt(29, map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  additionalProperties: opt(30, json, "", { keepZero: true }),
  patternProperties: opt(31, map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  dependencies: opt(32, map(json), ""),
  additionalItems: opt(33, json, "", { keepZero: true }),
  definitions: opt(34, map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), ""),
  externalDocs: opt(
    35,
    ref<ExternalDocumentation>(() => ExternalDocumentation),
    "",
  ),
  example: opt(36, json, "", { keepZero: true }),
  nullable: opt(37, bool, ""),
  "x-kubernetes-preserve-unknown-fields": opt(38, bool, "", { keepZero: true }),
  "x-kubernetes-embedded-resource": opt(39, bool, ""),
  "x-kubernetes-int-or-string": opt(40, bool, ""),
  "x-kubernetes-list-map-keys": opt(41, list(string), ""),
  "x-kubernetes-list-type": opt(42, string, "", { keepZero: true }),
  "x-kubernetes-map-type": opt(43, string, "", { keepZero: true }),
  "x-kubernetes-validations": opt(
    44,
    list(
      ref<ValidationRule>(() => ValidationRule),
      { keys: ["rule"] },
    ),
    "",
    { patch: "merge", patchKey: "rule" },
  ),
});
export interface JSONSchemaProps extends Infer<typeof JSONSchemaProps> {}

export const ValidationRule = struct("apiextensions.k8s.io/v1.ValidationRule", {
  rule: req(1, string, ""),
  message: opt(2, string, ""),
  messageExpression: opt(3, string, ""),
  reason: opt(4, oneOf("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"), "", {
    keepZero: true,
  }),
  fieldPath: opt(5, string, ""),
  optionalOldSelf: opt(6, bool, "", { keepZero: true, gate: "CRDValidationRatcheting" }),
});
export interface ValidationRule extends Infer<typeof ValidationRule> {}

export const ExternalDocumentation = struct("apiextensions.k8s.io/v1.ExternalDocumentation", {
  description: opt(1, string, ""),
  url: opt(2, string, ""),
});
export interface ExternalDocumentation extends Infer<typeof ExternalDocumentation> {}

export const CustomResourceDefinitionNames = struct("apiextensions.k8s.io/v1.CustomResourceDefinitionNames", {
  plural: req(1, string, ""),
  singular: opt(2, string, ""),
  shortNames: opt(3, list(string), ""),
  kind: req(4, string, ""),
  listKind: opt(5, string, ""),
  categories: opt(6, list(string), ""),
});
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}

export const customResourceDefinitions = resource<CustomResourceDefinition>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  schema: CustomResourceDefinition,
  storageVersion: "apiextensions.k8s.io/v1beta1",
  storageVersionHash: "jfWCUB31mvA=",
  unconditionalUpdate: false,
});
