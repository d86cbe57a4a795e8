import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { bringTogether, comeToPhotoId, sendEverything } from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { matchedPerson, type Matched, type MatchedAs } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, environment: { BEVAN_LOG_LEVEL: 'error' } });
  service = await registerAskingService(app);
});
after(() => app.close());

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);

describe('somebody with photo ID', () => {
  test('sends photos and a video', async () => {
    const ada = await matched('ada');
    await sendEverything(ada);
    console.log(ada.browser.page.text);
    assert.equal(await level(ada), 'P5');
  });
});
