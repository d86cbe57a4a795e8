/** What the strength of a new password comes to. */
export type PasswordStrength =
  | { readonly outcome: 'acceptable' }
  | { readonly outcome: 'too_short' | 'too_long' | 'too_common' | 'personal' };

/** Judges new passwords. Its dictionaries take some 30 MB, so a process makes one and hands it to who needs it. */
export interface PasswordPolicy {
  /**
   * Judges a new password: 8 to 128 characters of any script, no rule about which, but not one that a guesser tries
   * early, nor one made of the person's own details or the service's name.
   *
   * @returns `too_common` if it would be guessed soon by anybody, `personal` if by somebody who knows these details
   */
  checkPasswordStrength(password: string, details: Details): Promise<PasswordStrength>;
}

interface Details {
  readonly email: string;
  readonly serviceName: string;
}

type Judge = (password: string, details: Details) => PasswordStrength;

const leastCharacters = 8;
const mostCharacters = 128;
/** Beyond this many UTF-16 units no text is 128 characters in the form (NFKC) in which they are counted and hashed. */
export const mostPasswordUnits = 8 * mostCharacters;

/**
 * The estimator's score from which a password will do. Scores 0 and 1 mean fewer than a million guesses. Six guesses
 * in 15 minutes (the limit on wrong passwords) would need four years for a million, while a score of 3 would refuse
 * eight characters of pure chance.
 */
const leastScore = 2;

/**
 * The estimator's time grows with the length and with the spellings it tries for `p4$$w0rd`: 128 characters take it
 * up to a second, in which the process answers nobody. Two pieces of 32 characters and 4 spellings keep the worst that
 * somebody can think of near 40 ms, and what people choose below 10 ms; one strong piece is enough, because more
 * characters make no password weaker.
 */
const pieceLength = 32;
const mostSpellings = 4;

/** Parts of names shorter than this are in too many words to mean anything. */
const leastDetailLength = 3;

/** Nothing is loaded before somebody chooses a password: most who come have one. */
export function createPasswordPolicy(): PasswordPolicy {
  let loading: Promise<Judge> | undefined;
  const load = (): Promise<Judge> => {
    loading ??= loadJudge().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    checkPasswordStrength: async (password, details) => {
      const judge = await load();
      return judge(password, details);
    },
  };
}

/** Loads the dictionaries of common passwords, words and names (about 0.2 s and 30 MB). */
async function loadJudge(): Promise<Judge> {
  const [{ ZxcvbnFactory }, anyLanguage, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const estimator = new ZxcvbnFactory({
    dictionary: { ...anyLanguage.dictionary, ...english.dictionary },
    graphs: anyLanguage.adjacencyGraphs,
    maxLength: pieceLength,
    l33tMaxSubstitutions: mostSpellings,
  });
  const isStrong = (text: string, details: readonly string[] = []): boolean =>
    piecesOf(text).some((piece) => estimator.check(piece, [...details]).score >= leastScore);
  return (password, { email, serviceName }) => {
    if (password.length > mostPasswordUnits) return { outcome: 'too_long' };
    const characters = password.normalize('NFKC');
    const count = [...characters].length;
    if (count < leastCharacters) return { outcome: 'too_short' };
    if (count > mostCharacters) return { outcome: 'too_long' };
    const details = detailsOf([email, serviceName]);
    if (!isStrong(characters, details)) return { outcome: isStrong(characters) ? 'personal' : 'too_common' };
    const rest = withoutDetails(characters, details);
    const isPersonal = rest !== fold(characters) && !isStrong(rest);
    return { outcome: isPersonal ? 'personal' : 'acceptable' };
  };
}

function piecesOf(text: string): string[] {
  return text.length <= pieceLength ? [text] : [text.slice(0, pieceLength), text.slice(-pieceLength)];
}

/** An address and a name, whole, in parts and in words, longest first. */
function detailsOf(sources: readonly string[]): string[] {
  const details = sources.flatMap((source) => {
    const parts = [source, ...source.split('@')].map(fold);
    return parts.flatMap((part) => [
      part,
      part.replaceAll(/[^\p{L}\p{N}]/gu, ''),
      ...part.split(/[^\p{L}\p{N}]+/u),
    ]);
  });
  return [...new Set(details)]
    .filter((detail) => detail.length >= leastDetailLength)
    .toSorted((one, other) => other.length - one.length);
}

/** What is left of a password when the details are taken out: that alone has to be hard to guess. */
function withoutDetails(password: string, details: readonly string[]): string {
  return details.reduce((rest, detail) => rest.replaceAll(detail, ''), fold(password));
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
