import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Person } from '../support/person.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';

suite('somebody who was drawn, before the camera of a browser', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const get = async (path: string, cookie = '') => {
    const response = await fetch(new URL(path, sandbox.origin), { headers: { cookie } });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
  };

  test('is a script for tests, which takes the place of the camera and shows them or a photo of them', async () => {
    for (const showing of ['self', 'photo']) {
      const { status, type, text } = await get(`/sandbox/documents/p5/camera.js?showing=${showing}`);
      assert.deepEqual([status, type], [200, 'text/javascript; charset=utf-8']);
      const mediaDevices: { getUserMedia?: unknown } = {};
      runInNewContext(text, {
        navigator: { mediaDevices },
        atob,
        Blob,
        Uint8Array,
        createImageBitmap: () => Promise.resolve({}),
      });
      assert.equal(typeof mediaDevices.getUserMedia, 'function');
      assert.ok(text.includes(`"showing":"${showing}"`));
    }
    for (const none of ['p0-locked/camera.js', 'nobody/camera.js', 'p5/camera.js?showing=a-film'])
      assert.equal((await get(`/sandbox/documents/${none}`)).status, 404, none);
  });

  test('is chosen on the page of their documents, in this browser alone, and goes again', async () => {
    const browser = new Person({ origin: sandbox.origin, listensAt: sandbox.origin });
    await browser.open('/sandbox/documents/p5');
    assert.doesNotMatch(browser.page.text, /Priya Fields stands before the camera of this browser/u);
    const body = new URLSearchParams({ _csrf: csrfOf(browser.page.html), showing: 'photo' });
    await browser.send('/sandbox/documents/p5/camera', { method: 'POST', body });
    await browser.open('/sandbox/documents/p5');
    assert.match(browser.page.text, /Priya Fields stands before the camera of this browser/u);
    const script = await (await browser.send('/sandbox/camera.js')).text();
    assert.match(script, /"showing":"photo"/u);
    assert.equal((await get('/sandbox/camera.js')).text, '');
    await browser.open('/sandbox/documents/p9');
    assert.match(browser.page.text, /Somebody else stands before the camera of this browser/u);
    const away = new URLSearchParams({ _csrf: csrfOf(browser.page.html) });
    await browser.send('/sandbox/documents/p9/camera', { method: 'POST', body: away });
    assert.equal(await (await browser.send('/sandbox/camera.js')).text(), '');
  });

  test('is nobody whom a forged form or an odd cookie names', async () => {
    const forged = new URLSearchParams({ _csrf: 'forged', showing: 'self' });
    const answer = await fetch(new URL('/sandbox/documents/p5/camera', sandbox.origin), {
      method: 'POST',
      body: forged,
      redirect: 'manual',
    });
    assert.equal(answer.headers.get('set-cookie')?.includes('sandbox-camera') ?? false, false);
    for (const value of ['p5', 'p5.film', '%3Cscript%3E.self', '..self'])
      assert.doesNotMatch((await get('/sandbox/camera.js', `sandbox-camera=${value}`)).text, /moments/u);
  });
});

function csrfOf(html: string): string {
  return /name="_csrf" value="([^"]+)"/u.exec(html)?.[1] ?? '';
}
