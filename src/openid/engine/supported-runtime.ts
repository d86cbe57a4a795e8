/**
 * The engine warns, as it is loaded, of each Node.js that is not called by the name that a line gets with long-term support,
 * so also of the earlier releases of such a line, which npm brings. Odd lines never get there: of those it shall warn.
 * Whatever imports the engine first imports this before it, and calls it when the engine is there.
 */
export const hearWarnings = supportedRuntime() ? leaveOut('Unsupported runtime') : () => {};

function supportedRuntime() {
  const line = Number.parseInt(process.versions.node, 10);
  return line >= 24 && line % 2 === 0;
}

/** @returns what ends it */
function leaveOut(words: string) {
  const { warn } = console;
  console.warn = (...all: unknown[]) => {
    if (!String(all[0]).includes(words)) warn(...all);
  };
  return () => {
    console.warn = warn;
  };
}
