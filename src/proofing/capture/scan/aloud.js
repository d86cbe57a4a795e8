/** Longer nobody waits for a voice to end. */
const mostMs = 6000;

/** Reads aloud in a language, where the device has a voice for it. @returns undefined where it has none */
export function voiceFor(language) {
  const synthesis = globalThis.speechSynthesis;
  const voice = synthesis?.getVoices().find(({ lang }) => lang.toLowerCase().startsWith(language));
  if (voice === undefined) return undefined;
  return {
    /** @returns {Promise<void>} when it was read */
    read: (text) =>
      new Promise((resolve) => {
        const spoken = new SpeechSynthesisUtterance(text);
        spoken.voice = voice;
        spoken.lang = voice.lang;
        spoken.addEventListener('end', resolve);
        spoken.addEventListener('error', resolve);
        setTimeout(resolve, mostMs);
        synthesis.cancel();
        synthesis.speak(spoken);
      }),
    stop: () => synthesis.cancel(),
  };
}
