import multipart, { type Multipart, type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { damaged, UnreadableForm, type FormFields } from './forms.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long a body may take to arrive that is no plain form; 30 seconds when left out. */
    bodySeconds?: number;
  }
}

/** A file that comes with a form. What the browser says of it is nothing to rely on. */
export interface UploadedFile {
  readonly claimedType: string;
  /**
   * To be read once, from beginning to end.
   *
   * @throws {FileTooBig} while it is read
   */
  readonly content: AsyncIterable<Uint8Array>;
}

/** More came than a file of this form may have. */
export class FileTooBig extends Error {
  override readonly name = 'FileTooBig';
}

/** So long that nobody reads it to its end for the sake of telling. */
class FormTooLong extends Error {
  override readonly name = 'FormTooLong';
  readonly statusCode = 413;
}

/** A form with a file, as far as it has been read: its file is still to come. */
export interface Upload {
  /** Those before the file; the others are not read. */
  readonly fields: FormFields;
  /** Undefined if none was chosen. */
  readonly file: UploadedFile | undefined;
  /** Whether its length says already that it is more than a file may have. */
  readonly isTooBig: boolean;
  /** Reads what is left, so that the browser listens to the answer. @throws {UnreadableForm} for a second file */
  readonly finish: () => Promise<void>;
}

/** How long a form with a file may take: 10 MB in this time is less than the slowest mobile network has. */
export const uploadSeconds = 600;

/** What a form has besides its file. */
const besidesBytes = 64 * 1024;
const fieldBytes = 4096;
const mostFields = 20;
/** So much is read of a file that is too big, for the sake of an answer that tells so. */
const drainedBytes = 256 * 1024 * 1024;

/** Lets the routes of `app` take forms with a file; they are not read before {@link readUpload}. */
export async function takeUploads(app: FastifyInstance): Promise<void> {
  await app.register(multipart, { throwFileSizeLimit: false });
}

/** @returns whether a request brings a form of the kind that may have a file, on a route that takes those */
export function bringsUpload(request: FastifyRequest): boolean {
  return /^multipart\/form-data\b/iu.test(request.headers['content-type'] ?? '');
}

/**
 * Reads a form up to its file.
 *
 * @param limits.maxBytes of the file
 * @throws {UnreadableForm} for what is no such form, or says not how long it is
 * @throws {FormTooLong} for what is far too long
 */
export async function readUpload(
  request: FastifyRequest,
  { field, maxBytes }: { readonly field: string; readonly maxBytes: number },
): Promise<Upload> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (Number.isNaN(length)) throw new UnreadableForm('the form says not how long it is');
  if (length > drainedBytes) throw new FormTooLong('the form is far too long');
  const limits = { files: 1, fields: mostFields, fieldSize: fieldBytes, fileSize: maxBytes };
  const parts = readParts(request, limits);
  const fields = new Map<string, string>();
  for (;;) {
    const part = await parts.next();
    if (part.done === true) return uploadOf(request, { parts, fields, isTooBig: false });
    const { value } = part;
    if (value.type === 'field') {
      const text = typeof value.value === 'string' ? value.value : '';
      if (damaged.test(text) || damaged.test(value.fieldname) || value.valueTruncated)
        throw new UnreadableForm('a field of the form can’t be read');
      if (!fields.has(value.fieldname)) fields.set(value.fieldname, text);
    } else if (value.fieldname === field) {
      const isTooBig = length > maxBytes + besidesBytes;
      return uploadOf(request, { parts, fields, isTooBig, part: value });
    } else {
      throw new UnreadableForm('the form has a file that was not asked for');
    }
  }
}

type Parts = AsyncGenerator<Multipart, void>;

function uploadOf(
  request: FastifyRequest,
  read: { parts: Parts; fields: ReadonlyMap<string, string>; isTooBig: boolean; part?: MultipartFile },
): Upload {
  const { parts, part, isTooBig } = read;
  return {
    fields: Object.fromEntries(read.fields),
    // A browser sends a part without a name when nothing was chosen.
    file:
      part === undefined || part.filename === ''
        ? undefined
        : { claimedType: part.mimetype, content: contentOf(request, part) },
    isTooBig,
    finish: async () => {
      part?.file.resume();
      for await (const another of parts) if (another.type === 'file') another.file.resume();
    },
  };
}

async function* contentOf(request: FastifyRequest, { file }: MultipartFile): AsyncGenerator<Uint8Array> {
  try {
    // Left early, it is read to its end all the same: what comes after it in the form would otherwise never come.
    for await (const chunk of file.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a file came as text');
      yield chunk;
    }
  } catch (error) {
    throw whyUnreadable(request, error);
  }
  if (file.truncated) throw new FileTooBig('the file is too big');
}

/** What the parser says of a form is the caller's fault; that the caller is gone is told as such. */
function whyUnreadable({ raw }: FastifyRequest, error: unknown): Error {
  return raw.errored ?? new UnreadableForm('the form can’t be read', { cause: error });
}

async function* readParts(
  request: FastifyRequest,
  limits: { files: number; fields: number; fieldSize: number; fileSize: number },
): Parts {
  try {
    for await (const part of request.parts({ limits })) yield part;
  } catch (error) {
    throw whyUnreadable(request, error);
  }
}
