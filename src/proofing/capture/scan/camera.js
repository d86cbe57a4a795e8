import { whyNoCamera } from '../camera-faults.js';

const wanted = { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 720 } };
/** A face that fills half of that is as fine as a machine looks at it. */
const longSide = 960;
const qualities = [0.85, 0.7, 0.5];

/**
 * Asks for the camera that looks at the person.
 *
 * @returns {Promise<{ stream?: MediaStream, why?: 'denied' | 'missing' | 'busy' | 'unable' }>}
 */
export async function openCamera() {
  if (navigator.mediaDevices?.getUserMedia === undefined) return { why: 'unable' };
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false }) };
  } catch (error) {
    return { why: whyNoCamera(error) };
  }
}

/** @param {MediaStream | undefined} stream */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

const canvas = document.createElement('canvas');

/**
 * Takes a picture of what the camera sees, which is not mirrored.
 *
 * @returns {Promise<{ jpeg: Blob, takenAt: number }>}
 */
export async function takePicture(video, mostBytes) {
  const scale = Math.min(1, longSide / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const takenAt = Math.round(performance.now());
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  let jpeg;
  for (const quality of qualities) {
    jpeg = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    if (jpeg.size <= mostBytes) break;
  }
  return { jpeg, takenAt };
}
