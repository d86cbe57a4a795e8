import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '#foundation/errors';
import { languages, type Language } from '#foundation/web';
import { compose, loadCatalogues, type Catalogue } from './compose.ts';
import { codesBySms, emailMessages, smsMessages, voiceMessages, type SendableMessage } from './message.ts';

const catalogues = loadCatalogues();
const code = '482913';
const link = 'https://login.example/reset-password/abc?x=1&y=2';
const around = {
  serviceName: 'Bevan login',
  supportContact: 'support@login.example',
  usefulForSeconds: 3600,
};
const to = { email: 'ada@people.example', sms: '+447700900123' };

/** GSM 7-bit default alphabet (3GPP TS 23.038 §6.2.1): one character outside it, and 70 fit into a message, not 160. */
const gsm7 = /^[A-Za-z0-9 @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà\n\r]*$/u;

function sample(message: SendableMessage['message'], language: Language): SendableMessage {
  switch (message) {
    case 'confirm-email':
    case 'already-registered':
    case 'recovery-code':
    case 'change-email':
      return { message, channel: 'email', to: to.email, language, values: { code } };
    case 'confirm-phone':
    case 'sign-in-code':
      return { message, channel: 'sms', to: to.sms, language, values: { code } };
    case 'phone-changed':
    case 'account-unused-text':
      return { message, channel: 'sms', to: to.sms, language, values: {} };
    case 'account-changed':
      return { message, channel: 'email', to: to.email, language, values: { change: 'email' } };
    case 'change-waits':
      return { message, channel: 'email', to: to.email, language, values: { change: 'email', link } };
    case 'stop-number-change':
      return { message, channel: 'sms', to: to.sms, language, values: { link } };
    case 'confirm-landline':
    case 'sign-in-call':
      return { message, channel: 'voice', to: '+441632960123', language, values: { code } };
    case 'reset-password':
    case 'login-locked':
    case 'checker-invitation':
      return { message, channel: 'email', to: to.email, language, values: { link } };
    case 'practice-invitation':
      return {
        message,
        channel: 'email',
        to: to.email,
        language,
        values: { link, practice: 'Example Surgery' },
      };
    case 'letter-ready':
    case 'practice-access':
      return {
        message,
        channel: 'email',
        to: to.email,
        language,
        values: { practice: 'Meadowbank Surgery' },
      };
    case 'password-changed':
    case 'account-unused':
    case 'account-closed':
    case 'account-closed-unused':
    case 'passkey-suspended':
    case 'welcome':
    case 'checker-access':
    case 'check-approved':
    case 'check-approved-at-once':
    case 'check-held':
    case 'check-new-photo':
    case 'check-other-document':
    case 'check-new-video':
    case 'check-new-scan':
    case 'check-details':
    case 'check-ask-practice':
    case 'check-another-way':
    case 'check-too-young':
    case 'check-begin-again':
      return { message, channel: 'email', to: to.email, language, values: {} };
  }
}

function write(message: SendableMessage['message'], language: Language, more: Partial<typeof around> = {}) {
  return compose(catalogues[language], sample(message, language), { ...around, ...more });
}

for (const language of languages) {
  test(`every text message in ${language} fits into one SMS, also with a longer service name`, () => {
    for (const name of smsMessages) {
      for (const serviceName of ['Bevan login', 'Cardiff Health Login']) {
        const { text } = write(name, language, { serviceName, usefulForSeconds: 300 });
        assert.match(text, gsm7, name);
        assert.ok(text.length <= 160, `${name} has ${text.length} characters`);
      }
    }
  });

  test(`every text message with a code in ${language} says it, who sends it, how long it works, and that we never ask for it`, () => {
    const never = { en: 'We will never ask you for it', cy: 'Ni fyddwn byth yn gofyn amdano' };
    for (const name of codesBySms) {
      const { text } = write(name, language, { usefulForSeconds: 300 });
      for (const part of [
        code,
        around.serviceName,
        /5 (minutes|munud)\b/u.exec(text)?.[0],
        never[language],
      ]) {
        assert.ok(part !== undefined && text.includes(part), `${name}: ${text}`);
      }
    }
  });

  test(`every call in ${language} says its code twice, digit by digit, who calls, and that we never ask for it`, () => {
    const never = { en: 'We will never ask you for it', cy: 'Ni fyddwn byth yn gofyn amdano' };
    for (const name of voiceMessages) {
      const { text, code: carried } = write(name, language, { usefulForSeconds: 300 });
      assert.equal(carried, code);
      assert.equal(text.split([...code].join('. ')).length - 1, 2, text);
      assert.ok(text.includes(around.serviceName) && text.includes(never[language]), text);
      assert.doesNotMatch(text, /[{}]|undefined/u);
    }
  });

  test(`every e-mail in ${language} says who sends it, whom to ask, and what to do if it was not you`, () => {
    const notYou = { en: /If you did not/u, cy: /Os na wnaethoch|Os nad chi/u };
    for (const name of emailMessages) {
      const { subject = '', text, html = '' } = write(name, language);
      for (const part of [around.serviceName, around.supportContact]) {
        assert.ok(text.includes(part) && html.includes(part), name);
      }
      assert.match(text, notYou[language], name);
      assert.match(html, notYou[language], name);
      assert.ok(!subject.includes(code) && subject.includes(around.serviceName), name);
      assert.doesNotMatch(subject + text + html, /[{}]|undefined/u, `${name} has an unfilled place`);
    }
  });

  test(`every e-mail in ${language} is a page that names its language, with one heading and nothing from elsewhere`, () => {
    for (const name of emailMessages) {
      const { html = '' } = write(name, language);
      assert.match(html, new RegExp(`^<!DOCTYPE html>\n<html lang="${language}">`, 'u'));
      assert.equal(html.split('<h1').length, 2);
      assert.doesNotMatch(html, /<(img|script|link|style|iframe)\b|url\(/iu);
    }
  });
}

test('what carries a code or link says how long it works, and nothing else does', () => {
  for (const name of [...emailMessages, ...smsMessages]) {
    const { text, code: carried, links } = write(name, 'en');
    const expires = text.includes('expires in 1 hour');
    assert.equal(expires, carried !== undefined || links.length > 0, name);
  }
});

test('a code, and only a code that the message needs, stands in it', () => {
  for (const name of [...emailMessages, ...smsMessages]) {
    const { text, html = text, code: carried } = write(name, 'en');
    assert.equal(text.includes(code), carried === code, name);
    assert.equal(html.includes(code), carried === code, name);
  }
});

test('a link stands once in the text, and in the page as one button and once to copy', () => {
  for (const language of languages) {
    const { text, html = '', links } = write('reset-password', language);
    assert.equal(text.split(link).length - 1, 1);
    assert.equal(html.split('<a ').length - 1, 1);
    assert.equal(html.split('https://login.example/reset-password/abc?x=1&amp;y=2').length - 1, 2);
    assert.deepEqual(links, [link]);
  }
});

test('the time that is left is said in the words of the language', () => {
  const said = (language: Language, usefulForSeconds: number) =>
    /(?:expires in|ymhen) (\d+ \p{L}+)/u.exec(
      write('confirm-email', language, { usefulForSeconds }).text,
    )?.[1];
  assert.equal(said('en', 3600), '1 hour');
  assert.equal(said('en', 3599.9), '1 hour');
  assert.equal(said('en', 7199), '2 hours');
  assert.equal(said('en', 299.5), '5 minutes');
  assert.equal(said('en', 61), '1 minute');
  assert.equal(said('en', 2), '1 minute');
  assert.equal(said('cy', 3600), '1 awr');
  assert.equal(said('cy', 300), '5 munud');
  assert.equal(said('cy', 120), '2 funud');
  assert.equal(said('cy', 60), '1 munud');
});

test('a mail to a known and to an unknown address look alike until they are opened', () => {
  for (const language of languages) {
    const known = write('already-registered', language);
    const unknown = write('confirm-email', language);
    assert.equal(known.subject, unknown.subject);
    assert.equal(known.text.split('\n')[0], unknown.text.split('\n')[0]);
  }
});

test('what a service calls itself is text, not markup, nor a place to fill', () => {
  const serviceName = '<b>Care & "Co" $& {code}</b>';
  const { subject, text, html = '' } = write('welcome', 'en', { serviceName });
  assert.equal(subject, `You now have a ${serviceName}`);
  assert.ok(text.includes(serviceName));
  assert.ok(html.includes('&lt;b&gt;Care &amp; &quot;Co&quot; $&amp; {code}&lt;/b&gt;'));
  assert.doesNotMatch(html, /<b>/u);
});

test('a subject that would be more than one line is never written', () => {
  for (const serviceName of ['A\r\nBcc: eve@people.example', 'A\u2028B', 'A\u0000B']) {
    assert.throws(
      () => write('welcome', 'en', { serviceName }),
      (error) => error instanceof Fault && error.code === 'messaging.unsendable',
    );
  }
});

test('both languages say the same: as many sentences in as many places, with the same values', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/gu)].map(([place]) => place).toSorted();
  const shape = ({ copyLink, footer, changes, waitingChanges, email, sms, voice }: Catalogue) => ({
    copyLink: places(copyLink),
    footer: footer.map(places),
    changes: Object.entries({ ...changes, ...waitingChanges }).map(([name, text]) => [name, places(text)]),
    sms: Object.entries({ ...sms, ...voice }).map(([name, text]) => [name, places(text)]),
    email: Object.entries(email).map(([name, { subject, lines, button, ending }]) => [
      name,
      [subject, ...lines, button ?? 'no button', ...ending].map(places),
      [lines.length, button === undefined, ending.length],
    ]),
  });
  assert.deepEqual(shape(catalogues.cy), shape(catalogues.en));
});

test('no sentence is the same in both languages', () => {
  const sentences = ({ changes, waitingChanges, email, sms, voice, footer }: Catalogue) => [
    ...footer,
    ...Object.values(voice),
    ...Object.values(changes),
    ...Object.values(waitingChanges),
    ...Object.values(sms),
    ...Object.values(email).flatMap(({ subject, lines, button, ending }) => [
      subject,
      ...lines,
      button ?? '',
      ...ending,
    ]),
  ];
  const english = new Set(sentences(catalogues.en));
  assert.deepEqual(
    sentences(catalogues.cy).filter(
      (sentence) => sentence !== '' && sentence !== '{change}' && english.has(sentence),
    ),
    [],
  );
});

test('word of a change says which, and word of one that waits how to stop it', () => {
  const changed = write('account-changed', 'en');
  assert.match(changed.text, /The email address of your Bevan login was changed\./u);
  const { text, links } = write('change-waits', 'cy', { usefulForSeconds: 24 * 3600 });
  assert.match(text, /gais i newid cyfeiriad e-bost eich Bevan login\. Gwneir y newid ymhen 24 awr/u);
  assert.match(text, /Canslo’r newid hwn:/u);
  assert.deepEqual(links, [link]);
});

test('word that a letter is ready says where, and that nobody sends or asks for what is in it', () => {
  const said = {
    en: [/Meadowbank Surgery/u, /Collect it there/u, /not in this email/u],
    cy: [/Meadowbank Surgery/u, /Casglwch ef yno/u, /nid yn yr e-bost hwn/u],
  };
  for (const language of languages) {
    const { text, html = '', links } = write('letter-ready', language);
    for (const part of said[language]) {
      assert.match(text, part);
      assert.match(html, part);
    }
    assert.deepEqual(links, []);
  }
});
