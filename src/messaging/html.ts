import type { Language } from '#foundation/web';

/** The parts of an e-mail, in the order in which they are read. */
export interface EmailParts {
  readonly language: Language;
  readonly subject: string;
  readonly lines: readonly string[];
  /** Made to stand out where a line holds it. */
  readonly code: string | undefined;
  /** The one thing to do: a button, and its address to copy where a button doesn't work. */
  readonly action: { readonly button: string; readonly link: string; readonly copyLink: string } | undefined;
  readonly ending: readonly string[];
}

const bodyStyle =
  'margin:0 auto;padding:16px;max-width:600px;font-family:Arial,sans-serif;font-size:18px;line-height:1.5;color:#212b32;background-color:#ffffff';
const paragraphStyle = 'margin:0 0 16px';
const headingStyle = 'margin:0 0 24px;font-size:24px;line-height:1.3';
const buttonStyle =
  'display:inline-block;padding:12px 16px;background-color:#003d78;color:#ffffff;font-weight:bold;text-decoration:none';
const codeStyle = 'font-size:28px;letter-spacing:3px';

/** Plain, accessible HTML for mail programs: its language named, one heading, styles inline, no picture, no tracking. */
export function toHtml({ language, subject, lines, code, action, ending }: EmailParts): string {
  const body = [
    `<h1 style="${headingStyle}">${escape(subject)}</h1>`,
    ...lines.map((line) => paragraph(emphasise(escape(line), code))),
    ...(action === undefined
      ? []
      : [
          paragraph(`<a href="${escape(action.link)}" style="${buttonStyle}">${escape(action.button)}</a>`),
          paragraph(
            `${escape(action.copyLink)}<br><span style="word-break:break-all">${escape(action.link)}</span>`,
          ),
        ]),
    ...ending.map((line) => paragraph(escape(line))),
  ];
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(subject)}</title>
</head>
<body style="${bodyStyle}">
${body.join('\n')}
</body>
</html>
`;
}

function paragraph(html: string): string {
  return `<p style="${paragraphStyle}">${html}</p>`;
}

function emphasise(html: string, code: string | undefined): string {
  return code === undefined ? html : html.replace(code, `<strong style="${codeStyle}">${code}</strong>`);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
