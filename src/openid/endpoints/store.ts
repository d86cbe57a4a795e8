import { storedDate, type Db, type Part } from '#foundation/storage';
import { z } from 'zod';

type FamilyTables = {
  'openid.token_family': { family: string; vot: string; signed_in_at: Date; revoked_at: Date | null };
};

/** What an access token rests on. */
export interface TokenGround {
  readonly vot: string;
  readonly signedInAt: Date;
  readonly revokedAt: Date | null;
}

const familyRow = z.object({ vot: z.string(), signed_in_at: storedDate, revoked_at: storedDate.nullable() });

/** A token's family, as part of a statement that reads for other rooms, too. */
export const familyPart: Part<'family', object, TokenGround | undefined> = {
  select: (db: Db, value) =>
    db
      .withTables<FamilyTables>()
      .selectFrom('openid.token_family')
      .select(['vot', 'signed_in_at', 'revoked_at'])
      .where('family', '=', value('family')),
  read: (_deps, row) => {
    if (row === null) return undefined;
    const { vot, signed_in_at: signedInAt, revoked_at: revokedAt } = familyRow.parse(row);
    return { vot, signedInAt, revokedAt };
  },
};
