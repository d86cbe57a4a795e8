import { ageOn } from '#foundation/identifiers';
import type { IdentityDetails } from '#identity';
import { documentHasBack, type FourDigits, type Specimens } from '#proofing';
import { drawDocument, drawVideo } from '../documents/draw.ts';
import { faceOf } from '../documents/face.ts';
import { expiryOn, specimenOf, type Specimen } from '../documents/specimens.ts';
import type { Persona, PhotoCheck } from '../personas/persona.ts';

/** Long enough for four numbers; somebody waits while it is drawn. */
const videoSeconds = 4;

/** How somebody's document and video are drawn. */
export type SpecimenOrder = Omit<PhotoCheck, 'came'>;

/** Draws what somebody would photograph and record: processes of their own do, one after the other. @param of.today YYYY-MM-DD */
export async function drawSpecimens(
  of: {
    readonly accountId: string;
    readonly persona: Persona | undefined;
    readonly details: IdentityDetails;
    readonly today: string;
  },
  order: SpecimenOrder,
): Promise<Specimens> {
  const { persona, details, today, accountId } = of;
  const { person, face } =
    (persona === undefined ? undefined : specimenOf(persona, today)) ?? ownSpecimen(details, today);
  const { document: kind, way, flaws = [] } = order;
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
  return {
    accountId,
    documentKind: kind,
    front,
    back,
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

/** Somebody of one's own, who is no persona. */
function ownSpecimen({ givenName = 'Sam', familyName, birthdate }: IdentityDetails, today: string): Specimen {
  const age = Math.max(0, ageOn(birthdate, today));
  const face = faceOf(`${givenName} ${familyName} ${birthdate}`, { age });
  return { person: { givenNames: givenName, familyName, birthdate }, face };
}

function otherThan(digits: FourDigits): readonly number[] {
  return digits.map((digit) => (digit + 3) % 10);
}
