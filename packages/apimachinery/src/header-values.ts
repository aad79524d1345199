import type { ApiRequest } from "./handler.ts";

/** All values of a header, one for each time that it was sent: what may itself contain commas is read with this. */
export function headerValues({ headers, repeatedHeaders }: ApiRequest, name: string): readonly string[] {
  const repeated = repeatedHeaders?.[name];
  if (repeated !== undefined) return repeated;
  const single = headers[name];
  return single === undefined ? [] : [single];
}
