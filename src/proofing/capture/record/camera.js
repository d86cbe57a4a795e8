import { whyNoCamera } from '../camera-faults.js';

/** What browsers can record, the best understood first. */
const mediaTypes = [
  'video/webm;codecs=vp8,opus',
  'video/webm;codecs=vp8',
  'video/webm',
  'video/mp4;codecs=avc1.42E01E,mp4a.40.2',
  'video/mp4',
];
/** Half a minute is some 10 MB at that. */
const bitsPerSecond = 2_500_000;
const picture = {
  facingMode: 'user',
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { max: 30 },
};

/** @returns what this browser can record; undefined if it can't */
export function recordableType() {
  if (typeof MediaRecorder === 'undefined' || navigator.mediaDevices?.getUserMedia === undefined)
    return undefined;
  return mediaTypes.find((type) => MediaRecorder.isTypeSupported(type));
}

/**
 * Asks for the camera, and for the microphone where one is needed.
 *
 * @param {boolean} withSound
 * @returns {Promise<{ stream: MediaStream } | { why: 'denied' | 'missing' | 'microphone' | 'busy' | 'unable' }>}
 */
export async function openCamera(withSound) {
  if (recordableType() === undefined) return { why: 'unable' };
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ video: picture, audio: withSound }) };
  } catch (error) {
    if (withSound && (await hasCameraAlone(error))) return { why: 'microphone' };
    return { why: whyNoCamera(error) };
  }
}

/** Whether it is the microphone alone that there isn't. */
async function hasCameraAlone(error) {
  if (error.name !== 'NotFoundError') return false;
  try {
    const kinds = (await navigator.mediaDevices.enumerateDevices()).map(({ kind }) => kind);
    return kinds.includes('videoinput') && !kinds.includes('audioinput');
  } catch {
    return false;
  }
}

/** @param {MediaStream | undefined} stream */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/**
 * Begins to record.
 *
 * @param {MediaStream} stream
 * @returns {{ stop: () => void, result: Promise<{ video: File, seconds: number } | undefined> }} undefined if the device
 *   has interrupted it
 */
export function record(stream) {
  const recorder = new MediaRecorder(stream, {
    mimeType: recordableType(),
    videoBitsPerSecond: bitsPerSecond,
    audioBitsPerSecond: 64_000,
  });
  const parts = [];
  const began = performance.now();
  let isInterrupted = false;
  const stop = () => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const interrupt = () => {
    isInterrupted = true;
    stop();
  };
  const onHidden = () => {
    if (document.hidden) interrupt();
  };
  document.addEventListener('visibilitychange', onHidden);
  for (const track of stream.getTracks()) track.addEventListener('ended', interrupt);
  const result = new Promise((resolve) => {
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    recorder.addEventListener('error', interrupt);
    recorder.addEventListener('stop', () => {
      document.removeEventListener('visibilitychange', onHidden);
      const video = new File(parts, 'video', { type: recorder.mimeType.split(';', 1)[0] });
      const seconds = (performance.now() - began) / 1000;
      resolve(isInterrupted || video.size === 0 ? undefined : { video, seconds });
    });
  });
  recorder.start(1000);
  return { stop, result };
}
