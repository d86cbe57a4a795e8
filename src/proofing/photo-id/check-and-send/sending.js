/* Says that it takes a moment: what is sent is looked at before there is an answer. */
const form = document.querySelector('[data-send]');
const said = form?.querySelector('[data-sending]');

form?.addEventListener('submit', () => {
  said.textContent = said.dataset.sending;
});
addEventListener('pageshow', () => {
  if (said !== null) said.textContent = '';
});
