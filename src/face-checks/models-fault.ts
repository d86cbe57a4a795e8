/** A file without which faces can't be compared, or not as they were when error rates were measured. */
export interface WrongFile {
  readonly file: string;
  readonly why: 'missing' | 'changed';
}

/** Models that compare faces, or what runs them, are missing or not as they were when their error rates were measured. */
export class FaceModelsFault extends Error {
  override readonly name = 'FaceModelsFault';
  /** What an operator is told. */
  readonly explanation: string;

  constructor(files: readonly WrongFile[]) {
    const explanation = [
      'Models that compare faces are not as they were when their error rates were measured:',
      '',
      ...files.map(({ file, why }) => `  - ${file} ${why === 'missing' ? 'is missing' : 'was changed'}`),
      '',
      'Install the packages of this release again (`npm ci`), or set BEVAN_FACE_CHECKS to `none`.',
    ].join('\n');
    super(explanation);
    this.explanation = explanation;
  }
}
