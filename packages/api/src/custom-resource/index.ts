/**
 * Custom resources from TypeScript: `defineResource` makes a resource with its static types from structs, for typed clients and
 * informers; `crdOf` and `crdYaml` make the definition that a cluster is given. The other way round, `typesOfDefinition` writes
 * TypeScript for a definition that exists. Nothing here needs a cluster. See docs/guides/define-a-resource.md.
 */
export { crdOf, crdYaml } from "./crd-of.ts";
export {
  type CustomColumn,
  type CustomObject,
  type CustomResource,
  type DefineResourceOptions,
  defineResource,
} from "./define-resource.ts";
export { schemaOf } from "./schema-of.ts";
export { typesOfDefinition } from "./types-of-definition.ts";
