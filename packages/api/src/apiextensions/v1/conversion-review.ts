import { type Infer, list, opt, rawExtension, ref, req, string, struct, typeMeta, Status } from "@skates/apimachinery";

export const ConversionReview = struct(
  "apiextensions.k8s.io/v1.ConversionReview",
  {
    ...typeMeta,
    request: opt(
      1,
      ref<ConversionRequest>(() => ConversionRequest),
      "The question.",
    ),
    response: opt(
      2,
      ref<ConversionResponse>(() => ConversionResponse),
      "The answer.",
    ),
  },
  { doc: "A question to a conversion webhook, and its answer." },
);
export interface ConversionReview extends Infer<typeof ConversionReview> {}

export const ConversionResponse = struct(
  "apiextensions.k8s.io/v1.ConversionResponse",
  {
    uid: req(1, string, "Uid of the question."),
    convertedObjects: req(2, list(rawExtension), "The objects in the wanted version, in order."),
    result: req(
      3,
      ref<Status>(() => Status),
      "Whether it went well.",
    ),
  },
  { doc: "Answer of a conversion webhook." },
);
export interface ConversionResponse extends Infer<typeof ConversionResponse> {}

export const ConversionRequest = struct(
  "apiextensions.k8s.io/v1.ConversionRequest",
  {
    uid: req(1, string, "Id of this question."),
    desiredAPIVersion: req(2, string, "Wanted version."),
    objects: req(3, list(rawExtension), "The objects."),
  },
  { doc: "Question to a conversion webhook." },
);
export interface ConversionRequest extends Infer<typeof ConversionRequest> {}
