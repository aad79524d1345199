import type { ApiRequest, ApiResponse } from "@skates/apimachinery";
import type { Group } from "./groups.ts";

/** OpenAPI documents. */
export class OpenApi {
  constructor(_groups: readonly Group[]) {}

  serve(_request: ApiRequest, _path: string): ApiResponse | undefined {
    return undefined;
  }
}
