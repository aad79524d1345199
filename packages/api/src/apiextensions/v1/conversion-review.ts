import { type Infer, list, opt, rawExtension, ref, req, string, struct, typeMeta, Status } from "@skates/apimachinery";

export const ConversionReview = struct("apiextensions.k8s.io/v1.ConversionReview", {
  ...typeMeta,
  request: opt(
    1,
    ref<ConversionRequest>(() => ConversionRequest),
    "",
  ),
  response: opt(
    2,
    ref<ConversionResponse>(() => ConversionResponse),
    "",
  ),
});
export interface ConversionReview extends Infer<typeof ConversionReview> {}

export const ConversionResponse = struct("apiextensions.k8s.io/v1.ConversionResponse", {
  uid: req(1, string, ""),
  convertedObjects: req(2, list(rawExtension), ""),
  result: req(
    3,
    ref<Status>(() => Status),
    "",
  ),
});
export interface ConversionResponse extends Infer<typeof ConversionResponse> {}

export const ConversionRequest = struct("apiextensions.k8s.io/v1.ConversionRequest", {
  uid: req(1, string, ""),
  desiredAPIVersion: req(2, string, ""),
  objects: req(3, list(rawExtension), ""),
});
export interface ConversionRequest extends Infer<typeof ConversionRequest> {}
