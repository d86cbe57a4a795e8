/* Prints the page. Without scripts there is no button: what the browser has for it does the same. */
const place = document.querySelector('[data-print]');

place.querySelector('button').addEventListener('click', () => globalThis.print());
place.hidden = false;
