/** The page that Smartcar hosts for who has no redirect address of his own. @see docs/smartcar.md §1.1, §1.2, §1.4 */
import { html, raw } from '../html.ts';
import { connectPage } from './layout.ts';

// Tells the window that opened Connect, as the browser SDK's redirect page does, and closes.
const messageScript = raw(
  `<script>const done=document.getElementById('done');if(window.opener&&done.dataset.origin){window.opener.postMessage(JSON.parse(done.dataset.message),done.dataset.origin);window.close()}</script>`,
);

/** The end of a flow with `response_type=none`; the query is what a redirect address would have got. */
export function donePage(query: Readonly<Record<string, string>>): string {
  const isFailed = query['error'] !== undefined;
  const title = isFailed ? 'Not connected' : 'Connected';
  const sentence = isFailed
    ? (query['error_description'] ?? 'Something went wrong.')
    : 'You can close this window now.';
  const content = html`<h1>${title}</h1>
    <p id="done" data-origin="${query['app_origin'] ?? ''}" data-message="${JSON.stringify(messageOf(query))}">
      ${sentence}
    </p>
    ${messageScript}`;
  return connectPage(title, content, null);
}

function messageOf(query: Readonly<Record<string, string>>): Record<string, unknown> {
  const { error, error_description: errorDescription, virtual_key_url: virtualKeyUrl, user_id: userId } = query;
  const { code, state, vin, make, model, year, external_id: externalId } = query;
  const about = { code, error, errorDescription, state, vin, make, model, year, virtualKeyUrl, userId, externalId };
  return { name: 'SmartcarAuthMessage', isSmartcarHosted: true, ...about };
}
