import { Duplex } from "node:stream";
import type { ByteStream } from "@skates/apimachinery";
import { asError, OperatingError } from "@skates/component-base";

/** The connection beneath a stream made here, for those who can use it directly. */
const beneath = new WeakMap<ByteStream, Duplex>();

/** A duplex of Node.js as a ByteStream. It is destroyed when both sides have ended, or by `destroy`. */
export function socketStream(socket: Duplex): ByteStream {
  socket.on("error", () => undefined); // readers and writers are told by their own calls
  const stream: ByteStream = {
    readable: readableOf(socket),
    write: (chunk) => {
      if (socket.destroyed || socket.writableEnded) return Promise.reject(closed(socket));
      if (socket.write(chunk)) return Promise.resolve();
      return taken(socket);
    },
    end: () => {
      if (socket.destroyed || socket.writableFinished) return Promise.resolve();
      const finished = taken(socket);
      socket.end();
      return finished;
    },
    destroy: (error) => {
      socket.destroy(error);
    },
  };
  beneath.set(stream, socket);
  return stream;
}

/** A ByteStream as a duplex of Node.js; the connection itself where there is one. */
export function duplexOf(stream: ByteStream): Duplex {
  const known = beneath.get(stream);
  if (known !== undefined) return known;
  const iterator = stream.readable[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      iterator.next().then(
        (next) => this.push(next.done === true ? null : next.value),
        (thrown: unknown) => this.destroy(asError(thrown)),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      stream.write(chunk).then(() => done(), done);
    },
    final(done) {
      stream.end().then(() => done(), done);
    },
    destroy(error, done) {
      stream.destroy(error ?? undefined);
      done(error);
    },
  });
}

async function* readableOf(socket: Duplex): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (thrown) {
    throw closed(socket, thrown);
  }
}

/** Resolves when what was written is on its way, or all of it after `end`. */
function taken(socket: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    const onTaken = (): void => {
      socket.off("drain", onTaken).off("finish", onTaken).off("close", onClose);
      resolve();
    };
    const onClose = (): void => {
      socket.off("drain", onTaken).off("finish", onTaken);
      reject(closed(socket));
    };
    socket.once("drain", onTaken).once("finish", onTaken).once("close", onClose);
  });
}

function closed(socket: Duplex, cause: unknown = socket.errored): OperatingError {
  return new OperatingError("StreamClosed", "the connection is closed", cause === null ? {} : { cause });
}
