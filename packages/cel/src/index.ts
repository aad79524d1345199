/**
 * CEL, the expression language of Kubernetes: an environment declares variables, types and functions (`CelEnvironment`), `compile`
 * answers with a program or with issues in upstream's words, `evaluate` runs the program over plain JSON under a cost limit. Start
 * with `kubernetesEnvironment`, `environment.ts` and `program.ts`; `json-type.ts` is the bridge to schemas: how JSON is read, and
 * how big it may be for estimates. Not here: who evaluates what and when, and what is told to users about it.
 */
export { type Binding, bindJson, bindLazy, bindValue } from "./binding.ts";
export { CelError } from "./cel-error.ts";
export {
  type ComposedVariable,
  type ComposedVariables,
  composedVariablesType,
  composeVariables,
} from "./composed-variables.ts";
export {
  COST_MAX,
  type CallCost,
  type CallEstimate,
  type CostEstimate,
  type EstimatedCall,
  type SizedOperand,
  type SizeEstimate,
} from "./cost.ts";
export type { FunctionDeclaration, Library, Overload } from "./declaration.ts";
export { type CelEnvironment, createEnvironment, type EnvironmentOptions } from "./environment.ts";
export { Pending } from "./interpreter/frame.ts";
export { type CelIssue, formatIssues } from "./issue.ts";
export { anyJson, plainJson } from "./json/any-json.ts";
export { jsonTypeOf } from "./json/declared-json.ts";
export { escapeName, unescapeName } from "./json/escape-name.ts";
export { type CelSchema, jsonTypeOfSchema, type SchemaOptions, type SchemaProps } from "./json/schema-json.ts";
export { jsonTypeOfStruct } from "./json/struct-json.ts";
export { toJson } from "./json/to-json.ts";
export type { JsonType } from "./json-type.ts";
export { admissionRequestJson, namespaceJson } from "./kubernetes/admission.ts";
export {
  authorizerType,
  authorizerValue,
  type CelAuthorizationAttributes,
  type CelAuthorizer,
  type CelDecision,
  type CelRequestResource,
  resourceAuthorizerValue,
  resourceCheckType,
} from "./kubernetes/authorizer.ts";
export { cidrType } from "./kubernetes/cidr.ts";
export {
  jsonPatchType,
  kubernetesEnvironment,
  mutationEnvironment,
  mutationObjectType,
} from "./kubernetes/environment.ts";
export { namedFormatType } from "./kubernetes/format.ts";
export { ipType } from "./kubernetes/ip.ts";
export { quantityType, quantityValue } from "./kubernetes/quantity.ts";
export { semverType, semverValue } from "./kubernetes/semver.ts";
export { urlType } from "./kubernetes/url.ts";
export {
  MATCH_CONDITIONS_COST_BUDGET,
  MESSAGE_BYTES_MAX,
  PER_CALL_LIMIT,
  REQUEST_BYTES_MAX,
  RULE_ESTIMATE_LIMIT,
  RULES_ESTIMATE_LIMIT,
  RUNTIME_COST_BUDGET,
} from "./limits.ts";
export {
  type Activation,
  type CelProgram,
  type Compilation,
  compilationFailure,
  type Evaluation,
  type EvaluationOptions,
  type Selection,
} from "./program.ts";
export {
  anyType,
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  formatType,
  intType,
  isDynType,
  listType,
  mapType,
  nullType,
  type ObjectDeclaration,
  objectType,
  opaqueType,
  optionalType,
  recordType,
  sameType,
  stringType,
  timestampType,
  type TypeKind,
  typeName,
  uintType,
} from "./type.ts";
export type {
  CelBytes,
  CelDouble,
  CelDuration,
  CelList,
  CelMap,
  CelObject,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  CelValue,
  ListRules,
} from "./value.ts";
export { listOf } from "./values/list.ts";
export { mapOfEntries } from "./values/map.ts";
