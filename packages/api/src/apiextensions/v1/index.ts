/** Types of apiextensions.k8s.io/v1. */
export { ConversionRequest, ConversionResponse, ConversionReview } from "./conversion-review.ts";
export {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionStatus,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
  CustomResourceSubresourceStatus,
  CustomResourceSubresources,
  CustomResourceValidation,
  ExternalDocumentation,
  JSONSchemaProps,
  SelectableField,
  ServiceReference,
  ValidationRule,
  WebhookClientConfig,
  WebhookConversion,
} from "./custom-resource-definition.ts";
export { customResourceDefinitions } from "./custom-resource-definitions.ts";
