import { forgetVideos } from '../record/kept-video.js';

// It has arrived: the copy on this device is no longer needed.
void forgetVideos().catch(() => undefined);

const looksEveryMs = 2000;
const isWaiting = document.querySelector('main [data-waiting]') !== null;

/** Asks whether the video has been looked at, and then shows the page anew. A look that fails is followed by the next. */
async function look() {
  const address = `${location.pathname}/standing`;
  const answer = await fetch(address, { cache: 'no-store' }).catch(() => undefined);
  const standing = answer?.ok === true ? await answer.json().catch(() => undefined) : undefined;
  // What can't be said may be over: the page itself says what has become of it.
  if (answer?.status === 404 || (standing !== undefined && standing.state !== 'checking'))
    location.replace(location.pathname);
  else setTimeout(look, looksEveryMs);
}

if (isWaiting) setTimeout(look, looksEveryMs);
