/**
 * The machinery of the API, free of any kind: the schema language and what derives from it, meta types, selectors, Status,
 * and the interfaces `Handler`, `Resource` and `Strategy`. Start with `schema/struct.ts` and `resource.ts`.
 */
export {
  type ConfigurationKind,
  invalidConfiguration,
  readConfiguration,
  refuseFindings,
} from "./configuration.ts";
export type { ApimachineryErrorCode } from "./errors.ts";
export { type ResourceOptions, resource } from "./define-resource.ts";
export type * from "./handler.ts";
export { headerValues } from "./header-values.ts";
export * from "./meta/v1/index.ts";
export {
  type ApiObject,
  formatGroupVersion,
  formatKey,
  type GroupVersion,
  keyOf,
  type List,
  type ObjectKey,
  parseGroupVersion,
  type WatchEvent,
} from "./object.ts";
export type * from "./resource.ts";
export {
  duplicate,
  type FieldError,
  type FieldErrorReason,
  forbidden,
  formatFieldError,
  formatFieldErrorBody,
  formatPath,
  internalError,
  invalid,
  notFoundValue,
  notSupported,
  OMITTED,
  type Path,
  required,
  type Step,
  tooLong,
  tooMany,
} from "./schema/field-error.ts";
export {
  type AnyField,
  type AnyStructOptions,
  type Facets,
  type Field,
  type Fields,
  type Infer,
  type Inlined,
  inline,
  opt,
  present,
  type Rule,
  req,
  type Struct,
  type StructOptions,
  struct,
  structOf,
} from "./schema/struct.ts";
export {
  bool,
  bytes,
  double,
  duration,
  fieldsV1,
  int32,
  int64,
  intOrString,
  type Json,
  type JsonObject,
  deducedJson,
  json,
  type JsonUnion,
  structOr,
  type ListMerge,
  list,
  map,
  microTime,
  oneOf,
  quantity,
  rawExtension,
  ref,
  string,
  time,
  type Type,
  type TypeNode,
} from "./schema/type.ts";
export {
  alreadyExists,
  badRequest,
  conflict,
  forbiddenRequest,
  isStatus,
  notFound,
  notImplemented,
  type QualifiedResource,
  STATUS_CODES,
  StatusError,
  type StatusReason,
} from "./status.ts";
export { type GroupKind, invalidStatus, statusOf, strictDecodingError } from "./invalid-status.ts";
export {
  type ObjectMetaRules,
  validateAnnotations,
  validateFieldManager,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "./object-meta-validation.ts";
export {
  JSON_PATCH_OPERATION_LIMIT,
  type JsonPatchOperation,
  jsonPatch,
  parseJsonPatch,
} from "./patch/json-patch.ts";
export { mergePatch } from "./patch/merge-patch.ts";
export { strategicMergePatch } from "./patch/strategic-merge-patch.ts";
export { type Decoded, decodeJson, decodeStored, decodeValue, parseJson } from "./schema/decode.ts";
export { applyDefaults } from "./schema/defaults.ts";
export { encodeJson, encodeJsonBytes } from "./schema/encode-json.ts";
export { JsonSink } from "./schema/json-sink.ts";
export { equalValues } from "./schema/equal.ts";
export { type Format, formats } from "./schema/formats.ts";
export { jsonString, jsonText } from "./schema/json-text.ts";
export { isRecord, type JsonRecord, mapOf, newMap } from "./schema/record.ts";
export { validateValue } from "./schema/validate.ts";
export {
  type FieldRequirement,
  type FieldSelector,
  fieldSelectorOf,
  parseFieldSelector,
} from "./selector/field-selector.ts";
export { labelSelector, validateLabelSelector, validateLabels } from "./selector/label-selector.ts";
export { parseLabelSelector, SelectorError } from "./selector/parse-label-selector.ts";
export {
  everything,
  nothing,
  type Operator,
  type Requirement,
  type Selector,
  selectorFromLabels,
  selectorOf,
} from "./selector/selector.ts";
export {
  DurationError,
  formatDuration,
  humanDuration,
  parseDuration,
} from "./text/duration.ts";
export { goQuote } from "./text/go-quote.ts";
export { joinedErrors } from "./text/joined-errors.ts";
export { intOrPercent, PercentError } from "./text/int-or-percent.ts";
export {
  isCIdentifier,
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEnvVarName,
  isHttpHeaderName,
  isLabelValue,
  isPathSegmentName,
  isPercent,
  isPortName,
  isPortNumber,
  isQualifiedName,
  isRelaxedEnvVarName,
  isWildcardDns1123Subdomain,
  utf8Length,
} from "./text/names.ts";
export {
  canonicalQuantity,
  milliQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  type QuantityFormat,
  quantityFromNumber,
  quantityOf,
} from "./text/quantity.ts";
export { compareResourceVersions } from "./text/resource-version.ts";
export { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseTime, TimeError } from "./text/time.ts";
export { CreatedMemo } from "./patch/managed-fields/created-memo.ts";
export { type ManagedFieldsUpdate, type OtherVersion, updateManagedFields } from "./patch/managed-fields/update.ts";
export { DecodeError } from "./schema/decode-error.ts";
export { base64Decode, base64Encode } from "./schema/protobuf/base64.ts";
export { decodeProtobuf } from "./schema/protobuf/decode.ts";
export { encodeProtobuf } from "./schema/protobuf/encode.ts";
export {
  type Envelope,
  encodeWatchEvent,
  PROTOBUF_MAGIC,
  protobufHeader,
  unwrapUnknown,
  wrapUnknown,
} from "./schema/protobuf/envelope.ts";
export { ProtobufWriter } from "./schema/protobuf/writer.ts";
export { type JsonSchema, openApiDefinitions, openApiList } from "./schema/openapi/definitions.ts";
export { definitionName } from "./schema/openapi/names.ts";
export { type Applied, type ServerSideApply, serverSideApply } from "./patch/managed-fields/apply.ts";
export { mergeConfiguration } from "./patch/managed-fields/merge-configuration.ts";
export { type LooseYaml, parseLooseYaml, parseYaml } from "./schema/read-yaml.ts";
export { type DropGatedFields, gatedFields } from "./schema/gated-fields.ts";
