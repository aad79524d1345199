import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { global, member, text } from "../standard/overload.ts";
import { boolType, type CelType, listType, mapType, objectType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { listOf } from "../values/list.ts";
import { mapOfEntries } from "../values/map.ts";
import {
  escapedPath,
  type GoUrl,
  hostAndPort,
  parseRequestUri,
  parseUrl,
  queryOf,
  textOf,
  UrlError,
} from "./go-url.ts";
import { opaqueKind } from "./opaque.ts";

const urlType: CelType = objectType("kubernetes.URL");
const urls = opaqueKind<GoUrl>(urlType, { equals: sameUrl });

/** `url("https://example.com/a?b=c")` and what can be asked of it. */
export const urlLibrary: Library = {
  name: "kubernetes.urls",
  functions: [
    {
      name: "url",
      overloads: [
        global("string_to_url", {
          params: [stringType],
          result: urlType,
          run: (written) => urls.make(read(text(written))),
        }),
      ],
    },
    part("getScheme", "url_get_scheme", ({ scheme }) => scheme),
    part("getHost", "url_get_host", ({ host }) => host),
    part("getHostname", "url_get_hostname", (url) => hostAndPort(url).hostname),
    part("getPort", "url_get_port", (url) => hostAndPort(url).port),
    part("getEscapedPath", "url_get_escaped_path", escapedPath),
    {
      name: "getQuery",
      overloads: [
        member("url_get_query", {
          params: [urlType],
          result: mapType(stringType, listType(stringType)),
          run: (value) =>
            mapOfEntries(Array.from(queryOf(urls.data(value)), ([key, values]) => [key, listOf(values)] as const)),
        }),
      ],
    },
    {
      name: "isURL",
      overloads: [
        global("is_url_string", {
          params: [stringType],
          result: boolType,
          run: (written) => urlComplaint(text(written)) === undefined,
        }),
      ],
    },
  ],
};

function part(name: string, id: string, of: (url: GoUrl) => string): FunctionDeclaration {
  const run = (value: CelValue) => textOf(of(urls.data(value)));
  return { name, overloads: [member(id, { params: [urlType], result: stringType, run })] };
}

/** What Go has against the text as the URL of a request; undefined: nothing. */
export function urlComplaint(written: string): string | undefined {
  try {
    parseRequestUri(written);
    return undefined;
  } catch (error) {
    if (error instanceof UrlError) return error.message;
    throw error;
  }
}

function read(written: string): GoUrl {
  const complaint = urlComplaint(written);
  if (complaint !== undefined) throw new CelError(`URL parse error during conversion from string: ${complaint}`);
  try {
    return parseUrl(written);
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    throw new CelError(`URL parse error during conversion from string: ${error.message}`);
  }
}

function sameUrl(one: GoUrl, other: GoUrl): boolean {
  return (
    escapedPath(one) === escapedPath(other) &&
    (["scheme", "opaque", "user", "host", "rawQuery", "fragment"] as const).every((key) => one[key] === other[key])
  );
}
