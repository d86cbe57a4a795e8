import { z } from 'zod';
import type { SendOutcome } from '../sender.ts';

const mailError = z.object({
  code: z.string().optional(),
  command: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** Replies to these are about the message; to all else (greeting, AUTH, MAIL FROM) about us. */
const commandsAboutTheMessage = ['RCPT TO', 'DATA'];
/** RFC 3463 §3.8, security or policy, such as a relay that doesn't know us: the operator can mend it. */
const policyReply = /^5\d\d[ -]5\.7\./u;
const authenticationRequired = 530;
/** RFC 3463 §3.2 and §3.3, of an address or a mailbox; or RFC 5321 §4.2.3, 450, from a server that has no such codes. */
const mailboxReply = /^4\d\d[ -]4\.[12]\.|^450(?![ -]4\.)/u;

/**
 * Tells a permanent refusal of one message (RFC 5321 §4.2.1, 5yz) from trouble that passes or that the operator can
 * mend: no connection, no TLS, wrong credentials, a refused sender, 4yz. Of the last it tells whether the mailbox is meant.
 */
export function outcomeOf(error: unknown): SendOutcome {
  const told = mailError.safeParse(error);
  const { code, command, responseCode, response } = told.success ? told.data : {};
  if (responseCode === undefined || code === 'ETLS') {
    return { outcome: 'not_now', reason: `smtp-${code ?? 'unknown'}` };
  }
  const reason = `smtp-${responseCode}`;
  const isForGood =
    responseCode >= 500 &&
    responseCode !== authenticationRequired &&
    commandsAboutTheMessage.includes(command ?? '') &&
    !policyReply.test(response ?? '');
  if (isForGood) return { outcome: 'refused', reason };
  const isMailboxs = commandsAboutTheMessage.includes(command ?? '') && mailboxReply.test(response ?? '');
  return { outcome: 'not_now', reason, ...(isMailboxs ? { by: 'mailbox' } : {}) };
}
