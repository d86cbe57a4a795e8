const camera = {
  size: { width: 640, height: 480 },
  framesPerSecond: 25,
  msToTurn: 900,
};

/** Where the page says what it asks: the name of an act. */
function actOnPage() {
  return document.querySelector('[data-scan-act]')?.getAttribute('data-scan-act') ?? 'look-straight';
}

function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
}

/**
 * Shows somebody who was drawn in the place of what the browser's own camera sees. They do what the page asks them, or hold up a photo
 * of themselves.
 *
 * @param {{
 *   showing: 'self' | 'photo',
 *   targets: Record<string, { yaw?: number, pitch?: number, nearness?: number }>,
 *   moments: { yaw: number, pitch: number, areEyesShut: boolean, jpeg: string }[],
 * }} person
 */
export function standBeforeCamera({ showing, targets, moments }) {
  const pictures = moments.map(async ({ jpeg, ...pose }) => ({ ...pose, picture: await decode(jpeg) }));
  const devices = navigator.mediaDevices;
  if (devices === undefined) return;
  devices.getUserMedia = async ({ audio, video } = {}) => {
    const stream = new MediaStream();
    if (audio) for (const track of silence()) stream.addTrack(track);
    if (video)
      for (const track of await film(await Promise.all(pictures), { showing, targets }))
        stream.addTrack(track);
    return stream;
  };
}

function silence() {
  return new AudioContext().createMediaStreamDestination().stream.getAudioTracks();
}

async function film(pictures, { showing, targets }) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, camera.size);
  const paint = canvas.getContext('2d', { alpha: false });
  const held = { act: 'look-straight', since: performance.now(), from: { yaw: 0, pitch: 0, nearness: 1 } };
  const draw = () => {
    const now = performance.now();
    const asked = actOnPage();
    if (asked !== held.act)
      Object.assign(held, { from: poseNow(held, targets, now), act: asked, since: now });
    const pose = poseNow(held, targets, now);
    if (showing === 'photo') drawPhoto(paint, pictures, pose, now);
    else drawSelf(paint, pictures, pose, now);
  };
  draw();
  const stream = canvas.captureStream(camera.framesPerSecond);
  const timer = setInterval(draw, 1000 / camera.framesPerSecond);
  const tracks = stream.getVideoTracks();
  for (const track of tracks) {
    const { stop } = track;
    track.stop = () => {
      clearInterval(timer);
      stop.call(track);
    };
  }
  return tracks;
}

/** Nobody turns at once: from where they were to where they are asked to look. */
function poseNow({ act, since, from }, targets, now) {
  const passed = Math.min(1, (now - since) / camera.msToTurn);
  const share = passed * passed * (3 - 2 * passed);
  const to = { yaw: 0, pitch: 0, nearness: 1, ...targets[act] };
  const between = (one, other) => one + (other - one) * share;
  return {
    yaw: between(from.yaw, to.yaw),
    pitch: between(from.pitch, to.pitch),
    nearness: between(from.nearness, to.nearness),
  };
}

function drawSelf(paint, pictures, pose, now) {
  const yaw = pose.yaw + 1.5 * Math.sin(now / 410);
  const pitch = pose.pitch + Math.cos(now / 530);
  const areEyesShut = now % 3700 > 3560;
  const far = (one) =>
    Math.abs(one.yaw - yaw) + Math.abs(one.pitch - pitch) + (one.areEyesShut === areEyesShut ? 0 : 5);
  const nearest = pictures.reduce((best, one) => (far(one) < far(best) ? one : best));
  place(paint, nearest.picture, {
    nearness: pose.nearness,
    aside: 5 * Math.sin(now / 370),
    down: 3 * Math.cos(now / 290),
  });
}

/** The same picture all the time: it goes to the side where somebody would turn. */
function drawPhoto(paint, pictures, pose, now) {
  const straight = pictures.find(({ yaw, pitch, areEyesShut }) => yaw === 0 && pitch === 0 && !areEyesShut);
  place(paint, straight.picture, {
    nearness: pose.nearness,
    aside: 2 * pose.yaw + 5 * Math.sin(now / 370),
    down: -2 * pose.pitch + 3 * Math.cos(now / 290),
  });
}

function place(paint, picture, { nearness, aside, down }) {
  const { width, height } = camera.size;
  const focus = { x: width / 2, y: 230 };
  // A little larger than the frame, so that no edge shows when it moves.
  const scale = nearness * 1.04;
  paint.fillStyle = '#c9d0c8';
  paint.fillRect(0, 0, width, height);
  paint.drawImage(
    picture,
    focus.x - focus.x * scale + aside,
    focus.y - focus.y * scale + down,
    width * scale,
    height * scale,
  );
}
