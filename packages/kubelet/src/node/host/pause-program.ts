/** One instruction of the listing: its bytes, or the bytes before a reference to a label. */
type Line =
  | { readonly label: string }
  | { readonly bytes: readonly number[]; readonly to?: { readonly label: string; readonly size: 1 | 4 } };

const EM_X86_64 = 62;
const LOAD_ADDRESS = 0x400000;
const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const PROGRAM_HEADERS = 2;
const CODE_OFFSET = ELF_HEADER_BYTES + PROGRAM_HEADERS * PROGRAM_HEADER_BYTES;

/** Signals 2 (INT), 15 (TERM) and 17 (CHLD) as the kernel's bit set: signal n is bit n - 1. */
const SIGNAL_SET = [0x02, 0x40, 0x01, 0, 0, 0, 0, 0];

/**
 * The program of the sandbox container: a static ELF file for Linux on amd64.
 *
 * It is process 1 of a pod's PID namespace, so it must do two things: take in children whose parents died, and end at
 * once on SIGINT and SIGTERM (exit code 0), which the kernel would not deliver to a process 1 without a handler.
 * Blocking the signals and waiting for them needs neither handlers nor a stack: a blocked signal is never dropped.
 */
export function pauseProgram(): Uint8Array {
  const code = assemble(LISTING);
  const out = new Uint8Array(CODE_OFFSET + code.length);
  const view = new DataView(out.buffer);
  out.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]); // "\x7fELF", 64 bit, little-endian, version 1, System V
  view.setUint16(16, 2, true); // type: executable
  view.setUint16(18, EM_X86_64, true);
  view.setUint32(20, 1, true); // version
  view.setBigUint64(24, BigInt(LOAD_ADDRESS + CODE_OFFSET), true); // entry point
  view.setBigUint64(32, BigInt(ELF_HEADER_BYTES), true); // program headers follow; there are no sections
  view.setUint16(52, ELF_HEADER_BYTES, true);
  view.setUint16(54, PROGRAM_HEADER_BYTES, true);
  view.setUint16(56, PROGRAM_HEADERS, true);
  programHeader(view, 0, { type: 1, flags: 5, size: out.length }); // PT_LOAD of the whole file, readable and executable
  programHeader(view, 1, { type: 0x6474e551, flags: 6, size: 0 }); // PT_GNU_STACK: no executable stack
  out.set(code, CODE_OFFSET);
  return out;
}

const LISTING: readonly Line[] = [
  { bytes: [0xb8, 14, 0, 0, 0] }, //                                    mov  eax, 14       rt_sigprocmask
  { bytes: [0x31, 0xff] }, //                                           xor  edi, edi      SIG_BLOCK
  { bytes: [0x48, 0x8d, 0x35], to: { label: "set", size: 4 } }, //      lea  rsi, [set]
  { bytes: [0x31, 0xd2] }, //                                           xor  edx, edx      old set: none
  { bytes: [0x41, 0xba, 8, 0, 0, 0] }, //                               mov  r10d, 8       size of a set
  { bytes: [0x0f, 0x05] }, //                                           syscall
  { label: "reap" },
  { bytes: [0xb8, 61, 0, 0, 0] }, //                                    mov  eax, 61       wait4
  { bytes: [0x48, 0x83, 0xcf, 0xff] }, //                               or   rdi, -1       any child
  { bytes: [0x31, 0xf6] }, //                                           xor  esi, esi      status: not wanted
  { bytes: [0xba, 1, 0, 0, 0] }, //                                     mov  edx, 1        WNOHANG
  { bytes: [0x45, 0x31, 0xd2] }, //                                     xor  r10d, r10d    usage: not wanted
  { bytes: [0x0f, 0x05] }, //                                           syscall
  { bytes: [0x85, 0xc0] }, //                                           test eax, eax
  { bytes: [0x7f], to: { label: "reap", size: 1 } }, //                 jg   reap          took one in: look for more
  { label: "wait" },
  { bytes: [0xb8, 128, 0, 0, 0] }, //                                   mov  eax, 128      rt_sigtimedwait
  { bytes: [0x48, 0x8d, 0x3d], to: { label: "set", size: 4 } }, //      lea  rdi, [set]
  { bytes: [0x31, 0xf6] }, //                                           xor  esi, esi      details: not wanted
  { bytes: [0x31, 0xd2] }, //                                           xor  edx, edx      no time limit
  { bytes: [0x41, 0xba, 8, 0, 0, 0] }, //                               mov  r10d, 8       size of a set
  { bytes: [0x0f, 0x05] }, //                                           syscall
  { bytes: [0x83, 0xf8, 17] }, //                                       cmp  eax, 17       SIGCHLD
  { bytes: [0x74], to: { label: "reap", size: 1 } }, //                 je   reap
  { bytes: [0x83, 0xf8, 2] }, //                                        cmp  eax, 2        SIGINT
  { bytes: [0x74], to: { label: "exit", size: 1 } }, //                 je   exit
  { bytes: [0x83, 0xf8, 15] }, //                                       cmp  eax, 15       SIGTERM
  { bytes: [0x75], to: { label: "wait", size: 1 } }, //                 jne  wait          interrupted: wait again
  { label: "exit" },
  { bytes: [0xb8, 231, 0, 0, 0] }, //                                   mov  eax, 231      exit_group
  { bytes: [0x31, 0xff] }, //                                           xor  edi, edi
  { bytes: [0x0f, 0x05] }, //                                           syscall
  { label: "set" },
  { bytes: SIGNAL_SET },
];

/** Lays the lines out and fills in the references, which count from the end of their own instruction. */
function assemble(lines: readonly Line[]): Uint8Array {
  const labels = new Map<string, number>();
  let length = 0;
  for (const line of lines) {
    if ("label" in line) labels.set(line.label, length);
    else length += line.bytes.length + (line.to?.size ?? 0);
  }
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const line of lines) {
    if ("label" in line) continue;
    out.set(line.bytes, at);
    at += line.bytes.length;
    if (line.to === undefined) continue;
    const distance = (labels.get(line.to.label) ?? Number.NaN) - (at + line.to.size);
    if (line.to.size === 1) view.setInt8(at, distance);
    else view.setInt32(at, distance, true);
    at += line.to.size;
  }
  return out;
}

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly size: number;
}

function programHeader(view: DataView, index: number, segment: Segment): void {
  const at = ELF_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
  view.setUint32(at, segment.type, true);
  view.setUint32(at + 4, segment.flags, true);
  if (segment.size > 0) {
    view.setBigUint64(at + 16, BigInt(LOAD_ADDRESS), true); // virtual and physical address; the file offset is 0
    view.setBigUint64(at + 24, BigInt(LOAD_ADDRESS), true);
    view.setBigUint64(at + 32, BigInt(segment.size), true); // in the file and in memory
    view.setBigUint64(at + 40, BigInt(segment.size), true);
  }
  view.setBigUint64(at + 48, 0x1000n, true); // alignment
}
