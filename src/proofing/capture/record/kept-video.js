/**
 * Keeps the video that is being sent on this device, so that sending goes on after the page was closed. It is encrypted
 * under a key that only the page has: whoever finds the device can't read it.
 */
const store = 'videos';

/**
 * @param {{ challenge: string, key: string }} of
 * @param {File} video
 */
export async function keepVideo({ challenge, key }, video) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const content = await video.arrayBuffer();
  const { type, lastModified } = video;
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await readKey(key), content);
  await inStore('readwrite', (videos) => videos.put({ iv, sealed, type, lastModified }, challenge));
}

/**
 * @param {{ challenge: string, key: string }} of
 * @returns {Promise<File | undefined>} the video that was being sent for these numbers; any other is forgotten
 */
export async function keptVideo({ challenge, key }) {
  const names = await inStore('readonly', (videos) => videos.getAllKeys());
  for (const name of names.filter((other) => other !== challenge))
    await inStore('readwrite', (videos) => videos.delete(name));
  if (!names.includes(challenge)) return undefined;
  const { iv, sealed, type, lastModified } = await inStore('readonly', (videos) => videos.get(challenge));
  const content = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await readKey(key), sealed);
  return new File([content], 'video', { type, lastModified });
}

/** Forgets whatever is kept. */
export async function forgetVideos() {
  await inStore('readwrite', (videos) => videos.clear());
}

function readKey(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) =>
    letter.codePointAt(0),
  );
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

async function inStore(mode, work) {
  const database = await answerOf(openDatabase());
  try {
    return await answerOf(work(database.transaction(store, mode).objectStore(store)));
  } finally {
    database.close();
  }
}

function openDatabase() {
  const request = indexedDB.open('video-on-its-way', 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(store));
  return request;
}

function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () =>
      reject(new Error('nothing is kept on this device', { cause: request.error })),
    );
  });
}
