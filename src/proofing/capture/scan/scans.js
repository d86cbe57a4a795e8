/** So often, and after so long, what did not arrive is sent again. */
const retryAfterMs = [1000, 2000, 4000];
const busyAfterMs = 1500;
const mostBusy = 20;

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Makes what begins scans and sends pictures, for the attempt that a ticket is for.
 *
 * @param {{ address: string, ticket: string }} to
 * @param {() => void} onBusy told when there is to wait
 */
export function openScans({ address, ticket }, onBusy) {
  /** @returns the answer; undefined when there is none, and `ended` when nothing may be sent any more */
  async function post(path, options) {
    for (const pause of [...retryAfterMs, undefined]) {
      try {
        const response = await fetch(address + path, { method: 'POST', ...options });
        if (response.status === 403) return { state: 'ended' };
        if (response.ok) return await response.json();
        if (response.status < 500 && response.status !== 429) return undefined;
      } catch {
        // The line is broken, perhaps for a moment.
      }
      if (pause !== undefined) await wait(pause);
    }
    return undefined;
  }

  async function postPatiently(path, options) {
    for (let times = 0; times < mostBusy; times += 1) {
      const answer = await post(path, options);
      if (answer?.state !== 'busy') return answer;
      onBusy();
      await wait(busyAfterMs);
    }
    return { state: 'unavailable' };
  }

  return {
    begin: () => postPatiently('', { headers: { 'Scan-Ticket': ticket } }),
    /** @param {{ act: string, at: number }} asked @param {{ jpeg: Blob, takenAt: number }[]} pictures */
    send: ({ act, at }, pictures) =>
      postPatiently('/pictures', {
        headers: {
          'Scan-Ticket': ticket,
          'Content-Type': 'application/octet-stream',
          'Scan-Act': act,
          'Scan-At': String(at),
          'Scan-Frames': pictures.map(({ jpeg }) => jpeg.size).join(' '),
          'Scan-Times': pictures.map(({ takenAt }) => takenAt).join(' '),
        },
        body: new Blob(pictures.map(({ jpeg }) => jpeg)),
      }),
  };
}
