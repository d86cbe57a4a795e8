declare module 'pg/lib/utils.js' {
  const utils: {
    /** @returns the text, or bytes, that PostgreSQL reads a value from */
    prepareValue(value: unknown): string | Buffer | null;
  };
  export default utils;
}
