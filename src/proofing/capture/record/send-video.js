/** Small enough for a slow line, so that little is sent twice after it has broken. */
const chunkBytes = 1024 * 1024;
const retryDelays = [0, 1000, 3000, 5000, 10_000, 20_000];

const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;

/**
 * Sends a video, and goes on where it stopped: after a break, while the device is offline, and after the page was opened again.
 *
 * @param {{ video: File, challenge: string, ticket: string }} what
 * @param {{
 *   onProgress: (sent: number, of: number) => void,
 *   onTrouble: (trouble: 'offline' | 'retrying' | undefined) => void,
 * }} told
 * @returns {Promise<{ outcome: 'sent', upload: string } | { outcome: 'unsent' } | { outcome: 'not_wanted' }>} not wanted when the
 *   numbers have expired, or have their video by now
 */
export async function sendVideo({ video, challenge, ticket }, { onProgress, onTrouble }) {
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const pause = () => {
    onTrouble('offline');
    void upload.abort();
  };
  const goOn = () => {
    onTrouble(undefined);
    upload.start();
  };
  const upload = new globalThis.tus.Upload(video, {
    endpoint: '/uploads',
    chunkSize: chunkBytes,
    retryDelays,
    headers: { 'Upload-Ticket': ticket },
    removeFingerprintOnSuccess: true,
    fingerprint: () => Promise.resolve(['video', challenge, video.size, video.lastModified].join(' ')),
    onProgress: (sent, of) => {
      onTrouble(undefined);
      onProgress(sent, of);
    },
    onShouldRetry: (error) => {
      const status = statusOf(error);
      if (navigator.onLine) onTrouble('retrying');
      return status === 0 || status >= 500 || [409, 423, 429].includes(status);
    },
    onSuccess: () => end({ outcome: 'sent', upload: upload.url.split('/').at(-1) }),
    onError: (error) => {
      if (navigator.onLine)
        end({ outcome: [403, 404, 410].includes(statusOf(error)) ? 'not_wanted' : 'unsent' });
      else pause();
    },
  });
  const [earlier] = await upload.findPreviousUploads();
  if (earlier !== undefined) upload.resumeFromPreviousUpload(earlier);
  addEventListener('offline', pause);
  addEventListener('online', goOn);
  if (navigator.onLine) upload.start();
  else pause();
  const outcome = await ended;
  removeEventListener('offline', pause);
  removeEventListener('online', goOn);
  return outcome;
}
