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
  structOr,
  time,
  typeMeta,
  ObjectMeta,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { crdDefaults, crdSpecDefaults } from "./custom-resource-definition-defaults.ts";
import { crdSpecRules } from "./custom-resource-definition-rules.ts";

export const CustomResourceDefinition = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinition",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<CustomResourceDefinitionSpec>(() => CustomResourceDefinitionSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<CustomResourceDefinitionStatus>(() => CustomResourceDefinitionStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: crdDefaults, doc: "A kind of objects that somebody adds to the API." }),
);
export interface CustomResourceDefinition extends Infer<typeof CustomResourceDefinition> {}

export const CustomResourceDefinitionStatus = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionStatus",
  {
    conditions: opt(
      1,
      list(
        ref<CustomResourceDefinitionCondition>(() => CustomResourceDefinitionCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { emitEmpty: true },
    ),
    acceptedNames: opt(
      2,
      ref<CustomResourceDefinitionNames>(() => CustomResourceDefinitionNames),
      "Names that are in use.",
      { emitEmpty: true },
    ),
    storedVersions: opt(3, list(string), "Versions that objects were ever stored in.", { emitEmpty: true }),
    observedGeneration: opt(4, int64, "Generation of the object that this was seen with.", {
      gate: "CRDObservedGenerationTracking",
    }),
  },
  { doc: "State of an added kind." },
);
export interface CustomResourceDefinitionStatus extends Infer<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinitionCondition = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionCondition",
  {
    type: req(1, string, "What it is about, such as Established.", {
      known: [
        "Established",
        "NamesAccepted",
        "NonStructuralSchema",
        "Terminating",
        "KubernetesAPIApprovalPolicyConformant",
        "StorageMigrating",
      ],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
    observedGeneration: opt(6, int64, "Generation of the object that this was seen with.", {
      gate: "CRDObservedGenerationTracking",
    }),
  },
  { doc: "A finding on an added kind." },
);
export interface CustomResourceDefinitionCondition extends Infer<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionSpec = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionSpec",
  {
    group: req(1, string, "API group."),
    names: req(
      3,
      ref<CustomResourceDefinitionNames>(() => CustomResourceDefinitionNames),
      "Names of the kind.",
    ),
    scope: req(4, string, "Namespaced or Cluster.", { known: ["Cluster", "Namespaced"] }),
    versions: req(
      7,
      list(ref<CustomResourceDefinitionVersion>(() => CustomResourceDefinitionVersion)),
      "Versions that are served.",
    ),
    conversion: opt(
      9,
      ref<CustomResourceConversion>(() => CustomResourceConversion),
      "How versions are turned into each other.",
    ),
    preserveUnknownFields: opt(10, bool, "Must be false in new definitions."),
  },
  (): AnyStructOptions => ({ defaults: crdSpecDefaults, doc: "What an added kind is like.", rules: [crdSpecRules] }),
);
export interface CustomResourceDefinitionSpec extends Infer<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceConversion = struct(
  "apiextensions.k8s.io/v1.CustomResourceConversion",
  {
    strategy: req(1, string, "None or Webhook.", { known: ["None", "Webhook"] }),
    webhook: opt(
      2,
      ref<WebhookConversion>(() => WebhookConversion),
      "The webhook that does it.",
    ),
  },
  { doc: "How versions are turned into each other." },
);
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

export const WebhookConversion = struct(
  "apiextensions.k8s.io/v1.WebhookConversion",
  {
    clientConfig: opt(
      2,
      ref<WebhookClientConfig>(() => WebhookClientConfig),
      "How it is reached.",
    ),
    conversionReviewVersions: req(3, list(string), "Versions of the question it knows, best first."),
  },
  { doc: "A webhook that turns versions into each other." },
);
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const WebhookClientConfig = struct(
  "apiextensions.k8s.io/v1.WebhookClientConfig",
  {
    url: opt(3, string, "Its address.", { keepZero: true }),
    service: opt(
      1,
      ref<ServiceReference>(() => ServiceReference),
      "Its service.",
    ),
    caBundle: opt(2, bytes, "Authorities that may have signed its certificate, in PEM."),
  },
  { doc: "How a webhook is reached; url or service." },
);
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct(
  "apiextensions.k8s.io/v1.ServiceReference",
  {
    namespace: req(1, string, "Its namespace."),
    name: req(2, string, "Its name."),
    path: opt(3, string, "Path of the request.", { keepZero: true }),
    port: opt(4, int32, "Its port.", { keepZero: true, default: 443 }),
  },
  { doc: "A service that answers webhooks." },
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const CustomResourceDefinitionVersion = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionVersion",
  {
    name: req(1, string, "Name of the version."),
    served: req(2, bool, "Whether it is served."),
    storage: req(3, bool, "Whether objects are stored in it; so in exactly one."),
    deprecated: opt(7, bool, "Warns those who use it."),
    deprecationWarning: opt(8, string, "What the warning says.", { keepZero: true }),
    schema: opt(
      4,
      ref<CustomResourceValidation>(() => CustomResourceValidation),
      "What objects look like.",
    ),
    subresources: opt(
      5,
      ref<CustomResourceSubresources>(() => CustomResourceSubresources),
      "Subresources of the objects.",
    ),
    additionalPrinterColumns: opt(
      6,
      list(ref<CustomResourceColumnDefinition>(() => CustomResourceColumnDefinition)),
      "Columns of tables.",
    ),
    selectableFields: opt(
      9,
      list(ref<SelectableField>(() => SelectableField)),
      "Fields that lists can be narrowed by.",
      {
        gate: "CustomResourceFieldSelectors",
      },
    ),
  },
  { doc: "One version of an added kind." },
);
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}

export const SelectableField = struct(
  "apiextensions.k8s.io/v1.SelectableField",
  {
    jsonPath: req(1, string, "Its path."),
  },
  { doc: "A field that lists can be narrowed by." },
);
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceColumnDefinition = struct(
  "apiextensions.k8s.io/v1.CustomResourceColumnDefinition",
  {
    name: req(1, string, "Its name."),
    type: req(2, string, "Type of its values."),
    format: opt(3, string, "Format of its values."),
    description: opt(4, string, "What it shows."),
    priority: opt(5, int32, "0 always shows it; more only with -o wide."),
    jsonPath: req(6, string, "Path of its values."),
  },
  { doc: "A column of a table." },
);
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const CustomResourceSubresources = struct(
  "apiextensions.k8s.io/v1.CustomResourceSubresources",
  {
    status: opt(
      1,
      ref<CustomResourceSubresourceStatus>(() => CustomResourceSubresourceStatus),
      "Gives it a status of its own.",
    ),
    scale: opt(
      2,
      ref<CustomResourceSubresourceScale>(() => CustomResourceSubresourceScale),
      "Gives it a number of pods.",
    ),
  },
  { doc: "Subresources of an added kind." },
);
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const CustomResourceSubresourceScale = struct(
  "apiextensions.k8s.io/v1.CustomResourceSubresourceScale",
  {
    specReplicasPath: req(1, string, "Path of the wanted number."),
    statusReplicasPath: req(2, string, "Path of the number that there is."),
    labelSelectorPath: opt(3, string, "Path of the selector, as text.", { keepZero: true }),
  },
  { doc: "Where the number of pods stands." },
);
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = struct(
  "apiextensions.k8s.io/v1.CustomResourceSubresourceStatus",
  {},
  { doc: "Gives objects a status that is written apart." },
);
export interface CustomResourceSubresourceStatus extends Infer<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceValidation = struct(
  "apiextensions.k8s.io/v1.CustomResourceValidation",
  {
    openAPIV3Schema: opt(
      1,
      ref<JSONSchemaProps>(() => JSONSchemaProps),
      "The schema.",
    ),
  },
  { doc: "What objects of a version look like." },
);
export interface CustomResourceValidation extends Infer<typeof CustomResourceValidation> {}

export const JSONSchemaProps = struct(
  "apiextensions.k8s.io/v1.JSONSchemaProps",
  {
    id: opt(1, string, "Id of the schema."),
    $schema: opt(2, string, "Dialect of the schema."),
    $ref: opt(3, string, "Reference to another schema; not supported.", { keepZero: true }),
    description: opt(4, string, "What values mean."),
    type: opt(5, string, "object, array, string, number, integer, boolean or null."),
    format: opt(6, string, "Further form of the value, such as date-time."),
    title: opt(7, string, "Short name."),
    default: opt(8, json, "Value where none is given.", { keepZero: true }),
    maximum: opt(9, double, "Largest number.", { keepZero: true }),
    exclusiveMaximum: opt(10, bool, "The maximum itself is too large."),
    minimum: opt(11, double, "Smallest number.", { keepZero: true }),
    exclusiveMinimum: opt(12, bool, "The minimum itself is too small."),
    maxLength: opt(13, int64, "Longest text, in characters.", { keepZero: true }),
    minLength: opt(14, int64, "Shortest text, in characters.", { keepZero: true }),
    pattern: opt(15, string, "Regular expression that the text must match."),
    maxItems: opt(16, int64, "Most items.", { keepZero: true }),
    minItems: opt(17, int64, "Fewest items.", { keepZero: true }),
    uniqueItems: opt(18, bool, "Forbids equal items."),
    multipleOf: opt(19, double, "The number is a multiple of this.", { keepZero: true }),
    enum: opt(20, list(json), "The only values allowed."),
    maxProperties: opt(21, int64, "Most properties.", { keepZero: true }),
    minProperties: opt(22, int64, "Fewest properties.", { keepZero: true }),
    required: opt(23, list(string), "Properties that must be there."),
    items: opt(
      24,
      structOr((): Struct => JSONSchemaProps, "structs"),
      "Schema of the items.",
      { keepZero: true },
    ),
    allOf: opt(25, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), "All of these must fit."),
    oneOf: opt(26, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), "Exactly one of these must fit."),
    anyOf: opt(27, list(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), "At least one of these must fit."),
    not: opt(
      28,
      ref<JSONSchemaProps>((): Struct => JSONSchemaProps),
      "This must not fit.",
    ),
    properties: opt(29, map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)), "Schemas by name of the property."),
    additionalProperties: opt(
      30,
      structOr((): Struct => JSONSchemaProps, "flag"),
      "Schema of all other properties, or whether there may be any.",
      {
        keepZero: true,
      },
    ),
    patternProperties: opt(
      31,
      map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)),
      "Schemas by pattern of the name; not supported.",
    ),
    dependencies: opt(
      32,
      map(structOr((): Struct => JSONSchemaProps, "texts")),
      "What a property demands besides; not supported.",
    ),
    additionalItems: opt(
      33,
      structOr((): Struct => JSONSchemaProps, "flag"),
      "Schema of further items; not supported.",
      { keepZero: true },
    ),
    definitions: opt(
      34,
      map(ref<JSONSchemaProps>((): Struct => JSONSchemaProps)),
      "Schemas to refer to; not supported.",
    ),
    externalDocs: opt(
      35,
      ref<ExternalDocumentation>(() => ExternalDocumentation),
      "Where more is written.",
    ),
    example: opt(36, json, "An example.", { keepZero: true }),
    nullable: opt(37, bool, "Allows null."),
    "x-kubernetes-preserve-unknown-fields": opt(38, bool, "Keeps properties that the schema does not name.", {
      keepZero: true,
    }),
    "x-kubernetes-embedded-resource": opt(39, bool, "The value is an object of the API with its metadata."),
    "x-kubernetes-int-or-string": opt(40, bool, "The value is a whole number or a text."),
    "x-kubernetes-list-map-keys": opt(41, list(string), "Properties that tell items apart."),
    "x-kubernetes-list-type": opt(42, string, "atomic, set or map.", { keepZero: true }),
    "x-kubernetes-map-type": opt(43, string, "granular or atomic.", { keepZero: true }),
    "x-kubernetes-validations": opt(
      44,
      list(
        ref<ValidationRule>(() => ValidationRule),
        { keys: ["rule"] },
      ),
      "CEL expressions that must be true.",
      { patch: "merge", patchKey: "rule" },
    ),
  },
  { doc: "A schema for JSON values, as in OpenAPI v3." },
);
export interface JSONSchemaProps extends Infer<typeof JSONSchemaProps> {}

export const ValidationRule = struct(
  "apiextensions.k8s.io/v1.ValidationRule",
  {
    rule: req(1, string, "The expression."),
    message: opt(2, string, "What is said when it is false."),
    messageExpression: opt(3, string, "CEL expression that makes what is said."),
    reason: opt(
      4,
      oneOf("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"),
      "Reason of the refusal.",
      {
        keepZero: true,
      },
    ),
    fieldPath: opt(5, string, "Path that the refusal names."),
    optionalOldSelf: opt(6, bool, "Runs it on new values too, with oldSelf as an optional.", {
      keepZero: true,
      gate: "CRDValidationRatcheting",
    }),
  },
  { doc: "A CEL expression that a value must keep to." },
);
export interface ValidationRule extends Infer<typeof ValidationRule> {}

export const ExternalDocumentation = struct(
  "apiextensions.k8s.io/v1.ExternalDocumentation",
  {
    description: opt(1, string, "What is written there."),
    url: opt(2, string, "Its address."),
  },
  { doc: "Where more is written." },
);
export interface ExternalDocumentation extends Infer<typeof ExternalDocumentation> {}

export const CustomResourceDefinitionNames = struct(
  "apiextensions.k8s.io/v1.CustomResourceDefinitionNames",
  {
    plural: req(1, string, "Plural in lower case, as in paths."),
    singular: opt(2, string, "Singular in lower case; the kind by default."),
    shortNames: opt(3, list(string), "Short names for the command line."),
    kind: req(4, string, "The kind in CamelCase."),
    listKind: opt(5, string, "Kind of its lists; the kind with List by default."),
    categories: opt(6, list(string), "Names of groups of kinds it is listed under."),
  },
  { doc: "Names of an added kind." },
);
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}
