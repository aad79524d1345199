/** Types of admission.k8s.io/v1. */
export { AdmissionRequest, AdmissionResponse, AdmissionReview } from "./admission-review.ts";
