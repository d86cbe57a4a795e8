import { languages, type Language } from '#foundation/web';
import { z } from 'zod';
import type { Channel } from './sender.ts';

/** A message that somebody should get. Each message has words for one channel. */
export type OutgoingMessage = {
  readonly channel: Channel;
  /** An e-mail address in ASCII, or a phone number in E.164. */
  readonly to: string;
  readonly language: Language;
  /** When a code or link in it stops working, at most 3 days ahead; after this instant the message isn't sent any more. */
  readonly usefulUntil: Date;
  /** A job that is put on a queue once a sender has taken the message over, in the transaction that says so. */
  readonly whenSent?: FollowUp;
  /** One for when it was refused for good, likewise, or put off by the mailbox itself until it was of no use any more. */
  readonly whenRefused?: FollowUp;
} & (
  | {
      readonly message: CodeMessage;
      readonly values: { readonly code: string };
    }
  /** `stop-number-change` goes to the phone that is to be replaced. */
  | {
      readonly message: 'reset-password' | 'login-locked' | 'stop-number-change';
      readonly values: { readonly link: string };
    }
  | {
      readonly message: 'practice-invitation';
      readonly values: { readonly link: string; readonly practice: string };
    }
  /** It has nothing of the letter but whose it is: a mailbox is no place for keys. */
  | { readonly message: 'letter-ready' | 'practice-access'; readonly values: { readonly practice: string } }
  /** Something of somebody's account was changed. */
  | { readonly message: 'account-changed'; readonly values: { readonly change: AccountChange } }
  /** Something of it will be, unless the link is followed. */
  | {
      readonly message: 'change-waits';
      readonly values: { readonly change: WaitingChange; readonly link: string };
    }
  /** To somebody who is to work at the desk where photos and videos are checked. */
  | { readonly message: 'checker-invitation'; readonly values: { readonly link: string } }
  | {
      readonly message:
        | 'password-changed'
        | 'passkey-suspended'
        | 'phone-changed'
        | 'welcome'
        | 'account-unused'
        | 'account-unused-text'
        | 'account-closed'
        | 'account-closed-unused'
        | 'checker-access'
        | CheckMessage;
      readonly values: Readonly<Record<string, never>>;
    }
);

/** A job for whoever must know what became of a message; nothing that names anybody but by an id. */
export interface FollowUp {
  readonly queue: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What carries a security code. */
export type CodeMessage =
  | 'confirm-email'
  | 'already-registered'
  | 'change-email'
  | 'recovery-code'
  | 'confirm-phone'
  | 'sign-in-code'
  | 'confirm-landline'
  | 'sign-in-call';

/** What of an account can be changed and is told: each has its words, one sentence, below `changes`. */
export const accountChanges = [
  'email',
  'phone',
  'landline-added',
  'landline-removed',
  'passkey-added',
  'passkey-removed',
  'app-key-added',
  'app-key-removed',
  'app-added',
  'app-removed',
  'recovery-codes-made',
  'recovery-code-used',
  'register-contact',
  'data-downloaded',
  'cancelled',
  'cancelled-by-use',
] as const;
export type AccountChange = (typeof accountChanges)[number];

/** What is only changed some time after it was asked for. */
export const waitingChanges = ['email', 'phone', 'landline', 'passkeys'] as const;
export type WaitingChange = (typeof waitingChanges)[number];

/** What came of a check of documents. A mailbox that others read learns nothing of why. */
export const checkMessages = [
  'check-approved',
  'check-approved-at-once',
  'check-held',
  'check-new-photo',
  'check-other-document',
  'check-new-video',
  'check-new-scan',
  'check-details',
  'check-ask-practice',
  'check-another-way',
  'check-too-young',
  'check-begin-again',
] as const;
type CheckMessage = (typeof checkMessages)[number];

export const emailMessages = [
  'confirm-email',
  'already-registered',
  'recovery-code',
  'change-email',
  'reset-password',
  'password-changed',
  'passkey-suspended',
  'account-changed',
  'change-waits',
  'welcome',
  'login-locked',
  'account-unused',
  'account-closed',
  'account-closed-unused',
  'practice-invitation',
  'practice-access',
  'checker-invitation',
  'checker-access',
  'letter-ready',
  ...checkMessages,
] as const;
export const codesBySms = ['confirm-phone', 'sign-in-code'] as const;
export const smsMessages = [
  ...codesBySms,
  'phone-changed',
  'stop-number-change',
  'account-unused-text',
] as const;
/** Calls. */
export const voiceMessages = ['confirm-landline', 'sign-in-call'] as const;

/** One address (RFC 5322 §3.2.3 `dot-atom`): nothing that could end a header line or name a second recipient. */
const emailAddress = z
  .string()
  .max(254)
  .regex(/^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/u);
const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/u);

const byEmail = { channel: z.literal('email'), to: emailAddress, language: z.enum(languages) };
const byVoice = { channel: z.literal('voice'), to: phoneNumber, language: z.enum(languages) };
const bySms = { channel: z.literal('sms'), to: phoneNumber, language: z.enum(languages) };

const code = z.strictObject({ code: z.string().regex(/^\d{6}$/u) });
const link = z.strictObject({
  link: z
    .string()
    .max(2000)
    .regex(/^https?:\/\/[\w./:?#@!$&*+,;=%~[\]-]+$/u),
});
/** A name in one line. */
const practice = z.strictObject({
  practice: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u),
});
const atPractice = z.strictObject({ ...link.shape, ...practice.shape });
const nothing = z.strictObject({});

/** Every message that there are words for, with its channel and the values that the words need. */
export const sendableMessage = z.discriminatedUnion('message', [
  z.strictObject({ message: z.enum(['phone-changed', 'account-unused-text']), ...bySms, values: nothing }),
  z.strictObject({
    message: z.literal('account-changed'),
    ...byEmail,
    values: z.strictObject({ change: z.enum(accountChanges) }),
  }),
  z.strictObject({
    message: z.literal('change-waits'),
    ...byEmail,
    values: z.strictObject({ ...link.shape, change: z.enum(waitingChanges) }),
  }),
  z.strictObject({
    message: z.enum(['confirm-email', 'already-registered', 'change-email', 'recovery-code']),
    ...byEmail,
    values: code,
  }),
  z.strictObject({ message: z.enum(codesBySms), ...bySms, values: code }),
  z.strictObject({ message: z.literal('stop-number-change'), ...bySms, values: link }),
  z.strictObject({ message: z.enum(voiceMessages), ...byVoice, values: code }),
  z.strictObject({
    message: z.enum(['reset-password', 'login-locked', 'checker-invitation']),
    ...byEmail,
    values: link,
  }),
  z.strictObject({ message: z.literal('practice-invitation'), ...byEmail, values: atPractice }),
  z.strictObject({ message: z.enum(['letter-ready', 'practice-access']), ...byEmail, values: practice }),
  z.strictObject({
    message: z.enum([
      'password-changed',
      'passkey-suspended',
      'welcome',
      'account-unused',
      'account-closed',
      'account-closed-unused',
      'checker-access',
      ...checkMessages,
    ]),
    ...byEmail,
    values: nothing,
  }),
]);
export type SendableMessage = z.output<typeof sendableMessage>;
