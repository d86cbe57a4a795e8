import { startNotifyDouble } from '../../support/notify-double.ts';
import type { OpenSenderWorld } from './world.ts';

const openWorld: OpenSenderWorld = async () => {
  const double = await startNotifyDouble();
  return {
    environment: {
      BEVAN_NOTIFY_API_KEY: double.apiKey,
      BEVAN_NOTIFY_BASE_URL: double.url,
      BEVAN_NOTIFY_EMAIL_TEMPLATE: double.emailTemplate,
      BEVAN_NOTIFY_SMS_TEMPLATE: double.smsTemplate,
    },
    received: () =>
      Promise.resolve(
        double.taken.map(({ type, to, subject, body, reference = '' }) => ({
          channel: type,
          to,
          subject,
          text: body,
          id: reference,
        })),
      ),
    trouble: {
      passing: () => double.answerNext(429),
      forGood: () => double.answerNext(400),
      goAway: double.stop,
      comeBack: double.start,
    },
    close: double.stop,
  };
};

export default openWorld;
