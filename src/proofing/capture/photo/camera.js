import { whyNoCamera } from '../camera-faults.js';

/** As fine as the camera can, and no finer than what is kept. */
const wanted = {
  facingMode: { ideal: 'environment' },
  width: { ideal: 2560 },
  height: { ideal: 1440 },
};

/**
 * Asks for the camera that looks away from the person.
 *
 * @returns {Promise<{ stream?: MediaStream, why?: 'denied' | 'missing' | 'busy' | 'unable' }>}
 */
export async function openCamera() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    await focusByItself(stream.getVideoTracks()[0]);
    return { stream };
  } catch (error) {
    return { why: whyNoCamera(error) };
  }
}

async function focusByItself(track) {
  const { focusMode = [] } = track.getCapabilities?.() ?? {};
  if (!focusMode.includes('continuous')) return;
  await track.applyConstraints({ advanced: [{ focusMode: 'continuous' }] }).catch(() => {});
}

/** @returns {boolean} whether the camera has a light */
export function torchOf(stream) {
  return stream.getVideoTracks()[0].getCapabilities?.().torch === true;
}

/** @returns {Promise<boolean>} whether the light is as it was asked to be */
export async function turnTorch(stream, isOn) {
  try {
    await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: isOn }] });
    return true;
  } catch {
    return false;
  }
}

/** Draws what the camera sees; a picture finer than its video where the video is too coarse, and the camera can. */
export async function takeStill(stream, video, canvas, leastShortSide) {
  const isCoarse = Math.min(video.videoWidth, video.videoHeight) < leastShortSide;
  const still = isCoarse ? await finerStill(stream) : undefined;
  const source = still ?? video;
  canvas.width = still?.width ?? video.videoWidth;
  canvas.height = still?.height ?? video.videoHeight;
  canvas.getContext('2d').drawImage(source, 0, 0);
  still?.close();
}

async function finerStill(stream) {
  if (typeof ImageCapture === 'undefined') return undefined;
  try {
    return await createImageBitmap(await new ImageCapture(stream.getVideoTracks()[0]).takePhoto());
  } catch {
    return undefined;
  }
}

const eye = document.createElement('canvas');
eye.width = 32;
eye.height = 24;
/** Brighter than this is something; a covered lens in the dark has noise. */
const leastSeen = 12;

/** @returns {boolean} whether there is nothing at all to be seen, as when something keeps the camera from the browser */
export function blackness(video) {
  const context = eye.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, eye.width, eye.height);
  const { data } = context.getImageData(0, 0, eye.width, eye.height);
  return data.every((value, index) => index % 4 === 3 || value < leastSeen);
}
