/** The two parts of a request target. */
export interface RequestTarget {
  /** Percent-encoded as sent; `/` when empty. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Splits `/path?query`, or the absolute form `https://host/path?query` that proxies send. */
export function parseRequestTarget(target: string): RequestTarget {
  const origin = target.startsWith("/") ? target : afterAuthority(target);
  const hash = origin.indexOf("#");
  const whole = hash < 0 ? origin : origin.slice(0, hash);
  const mark = whole.indexOf("?");
  if (mark < 0) return { path: whole === "" ? "/" : whole, query: new URLSearchParams() };
  return { path: mark === 0 ? "/" : whole.slice(0, mark), query: new URLSearchParams(whole.slice(mark + 1)) };
}

function afterAuthority(target: string): string {
  const scheme = target.indexOf("://");
  if (scheme < 0) return target;
  const rest = target.slice(scheme + 3);
  const end = rest.search(/[/?#]/);
  return end < 0 ? "/" : rest.slice(end);
}
