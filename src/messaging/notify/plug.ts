import { setting } from '#foundation/settings';
import { NotifyClient } from 'notifications-node-client';
import { z } from 'zod';
import type { SenderPlug } from '../sender.ts';

const values = z.object({
  apiKey: z.string(),
  baseUrl: z.string(),
  emailTemplate: z.string(),
  smsTemplate: z.string(),
});

const failure = z.object({ response: z.object({ status: z.number() }) });

/** 400 is about the message itself: another try can't help. 403, 429 and 5xx are about us or them, and pass. */
const refusedStatus = 400;

/**
 * E-mail and text messages through GOV.UK Notify. The words are ours: the service's templates only hold
 * `((subject))` and `((body))`.
 *
 * @see https://docs.notifications.service.gov.uk/node.html
 */
const plug: SenderPlug = {
  id: 'notify',
  channels: ['email', 'sms'],
  settings: {
    apiKey: setting({
      variable: 'BEVAN_NOTIFY_API_KEY',
      schema: z.string().regex(/[0-9a-f-]{36}-[0-9a-f-]{36}$/u, 'must be a key as GOV.UK Notify issues it'),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The key of your service at GOV.UK Notify.',
      secret: true,
    }),
    baseUrl: setting({
      variable: 'BEVAN_NOTIFY_BASE_URL',
      schema: z.url().default('https://api.notifications.service.gov.uk'),
      byDefault: '`https://api.notifications.service.gov.uk`',
      sentence: 'Where GOV.UK Notify’s API is.',
    }),
    emailTemplate: setting({
      variable: 'BEVAN_NOTIFY_EMAIL_TEMPLATE',
      schema: z.uuid(),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The id of an e-mail template whose subject is `((subject))` and whose body is `((body))`.',
    }),
    smsTemplate: setting({
      variable: 'BEVAN_NOTIFY_SMS_TEMPLATE',
      schema: z.uuid(),
      byDefault: 'none; needed when this sender is chosen',
      sentence: 'The id of a text message template whose body is `((body))`.',
    }),
  },
  createSender: (given) => {
    const { apiKey, baseUrl, emailTemplate, smsTemplate } = values.parse(given);
    const client = new NotifyClient(baseUrl, apiKey);
    return {
      send: async (_house, message) => {
        const personalisation = { subject: message.subject ?? '', body: message.text };
        const options = { personalisation, reference: message.id };
        try {
          if (message.channel === 'email') await client.sendEmail(emailTemplate, message.to, options);
          else await client.sendSms(smsTemplate, message.to, options);
          return { outcome: 'sent' };
        } catch (error) {
          const answered = failure.safeParse(error);
          if (answered.success && answered.data.response.status === refusedStatus) return { outcome: 'refused' };
          throw error;
        }
      },
    };
  },
};

export default plug;
