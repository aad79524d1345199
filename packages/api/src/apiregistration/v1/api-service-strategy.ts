import { formatTime, type Strategy } from "@skates/apimachinery";
import type { APIService } from "./api-service.ts";
import { apiServiceErrors } from "./api-service-rules.ts";

/** Where served APIs depart from the conventions: those of the server itself are there from the start. */
export const apiServiceStrategy: Strategy<APIService> = {
  prepare(next, old, request) {
    if (old !== undefined || next.spec.service !== undefined) return next;
    const available = {
      type: "Available",
      status: "True",
      lastTransitionTime: formatTime(request.nowMs),
      reason: "Local",
      message: "Local APIServices are always available",
    };
    return { ...next, status: { conditions: [available] } };
  },
  validate: apiServiceErrors,
};
