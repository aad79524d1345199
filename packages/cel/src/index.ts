/**
 * CEL, the expression language of Kubernetes: an environment declares variables, types and functions (`CelEnvironment`), `compile`
 * answers with a program or with issues in upstream's words, `evaluate` runs the program over plain JSON under a cost limit. Start
 * with `kubernetesEnvironment`, `environment.ts` and `program.ts`; `json-type.ts` is the bridge to schemas: how JSON is read, and
 * how big it may be for estimates. Not here: who evaluates what and when, and what is told to users about it.
 */
export { type Binding, bindJson, bindValue } from "./binding.ts";
export {
  type ComposedVariable,
  type ComposedVariables,
  composedVariablesType,
  composeVariables,
} from "./composed-variables.ts";
export { COST_MAX } from "./cost.ts";
export type { CelEnvironment } from "./environment.ts";
export { escapeName } from "./json/escape-name.ts";
export { jsonTypeOfSchema } from "./json/schema-json.ts";
export { jsonTypeOfStruct } from "./json/struct-json.ts";
export { toJson } from "./json/to-json.ts";
export type { JsonType } from "./json-type.ts";
export { admissionRequestJson, namespaceJson } from "./kubernetes/admission.ts";
export {
  authorizerType,
  authorizerValue,
  type CelDecision,
  resourceAuthorizerValue,
  resourceCheckType,
} from "./kubernetes/authorizer.ts";
export {
  jsonPatchType,
  kubernetesEnvironment,
  mutationEnvironment,
  mutationObjectType,
} from "./kubernetes/environment.ts";
export { quantityValue } from "./kubernetes/quantity.ts";
export { semverValue } from "./kubernetes/semver.ts";
export {
  MATCH_CONDITIONS_COST_BUDGET,
  REQUEST_BYTES_MAX,
  RULE_ESTIMATE_LIMIT,
  RULES_ESTIMATE_LIMIT,
  RUNTIME_COST_BUDGET,
  usableMessage,
} from "./limits.ts";
export { type CelProgram, type Compilation, compilationFailure, type Evaluation } from "./program.ts";
export {
  boolType,
  type CelType,
  dynType,
  formatType,
  listType,
  mapType,
  nullType,
  optionalType,
  sameType,
  stringType,
  typeName,
} from "./type.ts";
export type { CelMap, CelObject, CelValue } from "./value.ts";
export { mapOfEntries } from "./values/map.ts";
