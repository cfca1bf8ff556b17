/** A message to an owner, rendered: subject, HTML and text say the same. */
import { mailElement } from './mail-html.ts';
import type { MailModel, RenderedMail } from './mail-model.ts';
import { mailWords } from './mail-words.ts';
import type { MailWords } from './mail-words.ts';

export async function renderMail(mail: MailModel): Promise<RenderedMail> {
  const words = mailWords(mail);
  const components = await import('@react-email/components');
  const html = await components.render(mailElement(components, words, mail.language, mail.fleet.name));
  return { subject: words.subject, html, text: textOf(words, mail.fleet.name) };
}

/** Written rather than derived from the HTML, so that it reads like a letter. */
function textOf(words: MailWords, fleetName: string): string {
  const cars = words.cars.map(({ title, why }) => (why === null ? `- ${title}` : `- ${title}: ${why}`));
  const paragraphs = [
    words.greeting,
    words.opening,
    cars.join('\n'),
    words.work,
    words.button && `${words.button.label}:\n${words.button.url}`,
    words.after.join(' '),
    words.ask,
    fleetName,
    `-- \n${words.why}`,
  ];
  const letter = paragraphs.filter((paragraph) => paragraph !== null && paragraph !== '').join('\n\n');
  return `${letter.replaceAll('\u2060', '').replaceAll('\u00a0', ' ')}\n`;
}
