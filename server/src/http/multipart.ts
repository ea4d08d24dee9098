/** Forms with a file in them: `multipart/form-data` (RFC 7578), as browsers write it. Anything unusual is no form. */

export interface UploadedForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, { readonly name: string; readonly bytes: Uint8Array }>;
}

const BOUNDARY = /^multipart\/form-data; boundary=([A-Za-z0-9'()+_,./:=?-]{1,70})$/;
const DISPOSITION = /^content-disposition: form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?$/im;
const PARTS_MAX = 8;

/** `undefined` for what is no such form. */
export function readMultipart(contentType: string, body: Buffer): UploadedForm | undefined {
  const boundary = BOUNDARY.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const fields = new Map<string, string>();
  const files = new Map<string, { name: string; bytes: Uint8Array }>();
  const parts = partsOf(body, boundary);
  if (parts === undefined) return undefined;
  for (const part of parts) {
    const end = part.indexOf('\r\n\r\n');
    const named = end < 0 ? null : DISPOSITION.exec(part.subarray(0, end).toString('utf8'));
    if (named === null) return undefined;
    const [, field = '', file] = named;
    const bytes = part.subarray(end + 4);
    if (file === undefined) fields.set(field, bytes.toString('utf8'));
    else files.set(field, { name: file, bytes: Uint8Array.from(bytes) });
  }
  return { fields, files };
}

/** What stands between the delimiters, the last of which ends with two dashes. */
function partsOf(body: Buffer, boundary: string): Buffer[] | undefined {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const first = Buffer.from(`--${boundary}`);
  if (!body.subarray(0, first.length).equals(first)) return undefined;
  const parts: Buffer[] = [];
  let at = first.length;
  while (parts.length < PARTS_MAX) {
    const after = body.subarray(at, at + 2).toString('latin1');
    if (after === '--') return parts;
    if (after !== '\r\n') return undefined;
    const end = body.indexOf(delimiter, at + 2);
    if (end < 0) return undefined;
    parts.push(body.subarray(at + 2, end));
    at = end + delimiter.length;
  }
  return undefined;
}
