/** Small enough for a slow line, so that little is sent twice after it has broken. */
const chunkBytes = 1024 * 1024;
const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000];

/**
 * Sends a video, and goes on where it stopped: after a break, while the device is offline, and after the page was opened again.
 *
 * @param {{ video: Blob, challenge: string, ticket: string }} what
 * @param {{
 *   onProgress: (sent: number, of: number) => void,
 *   onTrouble: (trouble: 'offline' | 'retrying' | undefined) => void,
 * }} told
 * @returns {Promise<{ outcome: 'sent', upload: string } | { outcome: 'unsent' } | { outcome: 'not_wanted' }>}
 */
export function sendVideo({ video, challenge, ticket }, { onProgress, onTrouble }) {
  return new Promise((resolve) => {
    const upload = new globalThis.tus.Upload(video, {
      endpoint: '/uploads',
      chunkSize: chunkBytes,
      retryDelays,
      headers: { 'Upload-Ticket': ticket },
      removeFingerprintOnSuccess: true,
      fingerprint: () =>
        Promise.resolve(['video', challenge, video.size, video.lastModified ?? ''].join(' ')),
      onProgress: (sent, of) => {
        onTrouble(undefined);
        onProgress(sent, of);
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (navigator.onLine) onTrouble('retrying');
        return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
      },
      onSuccess: () => end({ outcome: 'sent', upload: upload.url.split('/').at(-1) }),
      onError: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (!navigator.onLine) return pause();
        return end({ outcome: status >= 400 && status < 500 ? 'not_wanted' : 'unsent' });
      },
    });
    const pause = () => {
      onTrouble('offline');
      void upload.abort();
    };
    const goOn = () => {
      onTrouble(undefined);
      upload.start();
    };
    const end = (outcome) => {
      removeEventListener('offline', pause);
      removeEventListener('online', goOn);
      resolve(outcome);
    };
    addEventListener('offline', pause);
    addEventListener('online', goOn);
    void upload.findPreviousUploads().then(([earlier]) => {
      if (earlier !== undefined) upload.resumeFromPreviousUpload(earlier);
      if (navigator.onLine) upload.start();
      else pause();
    });
  });
}
