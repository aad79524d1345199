import type { Body } from "@skates/apimachinery";

/** A body that says once when it has been sent, whether to its end or not. */
export function observed(body: Body, ended: () => void): Body {
  switch (body.kind) {
    case "events":
      return { ...body, events: followed(body.events, ended) };
    case "bytes":
      return { ...body, chunks: followed(body.chunks, ended) };
    case "upgrade":
      return {
        ...body,
        accept: async (stream) => {
          try {
            await body.accept(stream);
          } finally {
            ended();
          }
        },
      };
    default:
      ended();
      return body;
  }
}

/** A list that hands over all its objects once they have been sent. */
export function collectedItems(body: Extract<Body, { readonly kind: "list" }>, ended: (list: unknown) => void): Body {
  const items: unknown[] = [];
  async function* collecting(): AsyncGenerator<typeof body.pages extends AsyncIterable<infer Page> ? Page : never> {
    for await (const page of body.pages) {
      for (const { object } of page) items.push(object);
      yield page;
    }
  }
  const { listKind, group, version } = body.resource;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const pages = followed(collecting(), () => ended({ kind: listKind, apiVersion, metadata: body.meta, items }));
  return { ...body, pages };
}

async function* followed<T>(values: AsyncIterable<T> | Iterable<T>, ended: () => void): AsyncGenerator<T> {
  try {
    yield* values;
  } finally {
    ended();
  }
}
