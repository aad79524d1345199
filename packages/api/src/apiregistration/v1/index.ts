/** Types of apiregistration.k8s.io/v1. */
export {
  APIService,
  APIServiceCondition,
  APIServiceSpec,
  APIServiceStatus,
  ServiceReference,
  apiServices,
} from "./api-service.ts";
