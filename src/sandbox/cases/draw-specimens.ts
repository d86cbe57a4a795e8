import { ageOn } from '#foundation/identifiers';
import type { IdentityDetails } from '#identity';
import { documentHasBack, type FourDigits, type ScanSpecimens, type Specimens } from '#proofing';
import { drawAct, drawDocument, drawVideo } from '../documents/draw.ts';
import { faceOf, type Face } from '../documents/face.ts';
import { expiryOn, specimenOf, type Specimen } from '../documents/specimens.ts';
import type { Persona, PhotoCheck } from '../personas/persona.ts';

/** Long enough for four numbers; somebody waits while it is drawn. */
const videoSeconds = 4;

/** How somebody's document and video are drawn. */
export type SpecimenOrder = Omit<PhotoCheck, 'came'>;

/** Whose documents are drawn. */
export interface DrawnPerson {
  readonly accountId: string;
  readonly persona: Persona | undefined;
  readonly details: IdentityDetails;
  /** YYYY-MM-DD */
  readonly today: string;
}

/** Draws what somebody would photograph and record: processes of their own do, one after the other. */
export async function drawSpecimens(of: DrawnPerson, order: SpecimenOrder): Promise<Specimens> {
  const { way } = order;
  const { face } = drawnAs(of);
  return {
    ...(await drawPhotos(of, order)),
    way,
    film: (digits) =>
      drawVideo({
        face,
        way,
        digits: order.hasOtherNumbers === true ? otherThan(digits) : digits,
        seconds: videoSeconds,
      }),
  };
}

/** Who, or what, is before the camera when a face is scanned. */
export const scanned = ['self', 'photo', 'somebody-else'] as const;
export type Scanned = (typeof scanned)[number];

/** Draws a passport, and somebody before a camera who does what they are asked. */
export async function drawScan(of: DrawnPerson, who: Scanned): Promise<ScanSpecimens> {
  const { face } = drawnAs(of);
  const start = process.hrtime.bigint();
  return {
    ...(await drawPhotos(of, { document: 'passport' })),
    act: (act) =>
      drawAct({
        face: who === 'somebody-else' ? otherFace(face) : face,
        act,
        showing: who === 'photo' ? 'photo' : 'self',
        sinceMs: Number((process.hrtime.bigint() - start) / 1_000_000n),
      }),
  };
}

/** Drawn faces look alike to machines; of all, these two are least like anybody on the other side. */
function otherFace({ skin }: Face): Face {
  const looks = { glasses: 'square', beard: 'full', age: 40 } as const;
  const isDark = Number.parseInt(skin.slice(1, 3), 16) < 0x80;
  return isDark
    ? faceOf('somebody else', { ...looks, style: 'turban', skin: '#f6d7c3', hair: '#dedbd6' })
    : faceOf('somebody else', { ...looks, style: 'bald', skin: '#4d2c1b', hair: '#1d1713' });
}

function drawnAs({ persona, details, today }: DrawnPerson): Specimen {
  return (persona === undefined ? undefined : specimenOf(persona, today)) ?? ownSpecimen(details, today);
}

async function drawPhotos(
  of: DrawnPerson,
  order: Omit<SpecimenOrder, 'way'>,
): Promise<Pick<Specimens, 'accountId' | 'documentKind' | 'front' | 'back'>> {
  const { accountId, today } = of;
  const { person, face } = drawnAs(of);
  const { document: kind, flaws = [] } = order;
  const shared = {
    kind,
    person: { ...person, familyName: order.familyNameOnIt ?? person.familyName },
    face,
    expires: expiryOn(order.isExpired === true ? 'expired-long-ago' : 'valid', today),
    flaws,
  } as const;
  const [front, back] = await Promise.all([
    drawDocument({ ...shared, side: 'front' }),
    documentHasBack(kind) ? drawDocument({ ...shared, side: 'back' }) : undefined,
  ]);
  return { accountId, documentKind: kind, front, back };
}

/** Somebody of one's own, who is no persona. */
function ownSpecimen({ givenName = 'Sam', familyName, birthdate }: IdentityDetails, today: string): Specimen {
  const age = Math.max(0, ageOn(birthdate, today));
  const face = faceOf(`${givenName} ${familyName} ${birthdate}`, { age });
  return { person: { givenNames: givenName, familyName, birthdate }, face };
}

function otherThan(digits: FourDigits): readonly number[] {
  return digits.map((digit) => (digit + 3) % 10);
}
