const template = document.querySelector('[data-type-ahead]');
const select = document.getElementById('to');

if (template !== null && select !== null) {
  select.closest('.nhsuk-form-group').before(template.content.cloneNode(true));
  const input = document.getElementById('narrow');
  const said = document.querySelector('[data-found]');
  const [nobody, ...everybody] = [...select.options];
  select.size = Math.min(8, everybody.length + 1);
  select.style.height = 'auto';
  input.addEventListener('input', () => {
    const typed = fold(input.value);
    const fitting = everybody.filter((option) => fold(option.text).includes(typed));
    select.replaceChildren(nobody, ...fitting);
    const isClear = typed !== '' && fitting.length === 1;
    select.value = isClear ? fitting[0].value : '';
    said.textContent = (fitting.length === 1 ? said.dataset.one : said.dataset.other).replace(
      '#',
      String(fitting.length),
    );
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    select.focus();
  });
}

/** As people type names: without accents, in small letters. */
function fold(text) {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').trim().toLowerCase();
}
