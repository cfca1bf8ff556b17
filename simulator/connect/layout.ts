/** The frame of all Connect pages: one column, light and dark, works without JavaScript, and says that it is a simulator. */
import { html, raw, type Html } from '../html.ts';

const style = raw(`
:root { color-scheme: light dark; --page:#eef1f4; --card:#fff; --ink:#17212b; --soft:#5a6875; --line:#d5dce2; --accent:#0b6b74; --on-accent:#fff; --bad:#a32020; --bad-back:#fdeceb; --badge:#7a4b00; --badge-back:#ffedc9; }
@media (prefers-color-scheme: dark) { :root { --page:#11161b; --card:#1a2129; --ink:#e8edf1; --soft:#a3b0bb; --line:#323d48; --accent:#4fbcc6; --on-accent:#062226; --bad:#ffb1aa; --bad-back:#40211f; --badge:#ffdb99; --badge-back:#423213; } }
* { box-sizing:border-box } body { margin:0; background:var(--page); color:var(--ink); font:16px/1.5 system-ui,sans-serif; }
main { max-width:440px; margin:0 auto; padding:16px; } .page-content { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:24px; }
header { display:flex; justify-content:space-between; align-items:center; gap:12px; margin:12px 0; font-size:14px; color:var(--soft); }
.badge { background:var(--badge-back); color:var(--badge); border-radius:99px; padding:2px 10px; font-weight:600; font-size:12px; }
h1 { font-size:22px; line-height:1.25; margin:0 0 8px; } p { margin:0 0 16px; } .soft { color:var(--soft); font-size:14px; }
label { display:block; margin:0 0 14px; font-size:14px; font-weight:600; } input[type=text],input[type=email],input[type=password],input[type=search] { width:100%; font:inherit; padding:10px 12px; margin-top:4px; border:1px solid var(--line); border-radius:8px; background:var(--page); color:var(--ink); }
button,.button { font:inherit; font-weight:600; min-height:44px; padding:10px 16px; border-radius:8px; border:1px solid var(--line); background:transparent; color:var(--ink); cursor:pointer; width:100%; text-align:left; }
button.primary { background:var(--accent); color:var(--on-accent); border-color:var(--accent); text-align:center; } button.quiet { border-color:transparent; color:var(--soft); text-align:center; font-weight:400; }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px; }
ul { list-style:none; margin:0 0 16px; padding:0; } li { margin:0 0 8px; } .choice { display:flex; gap:12px; align-items:flex-start; font-weight:400; font-size:15px; padding:10px 12px; border:1px solid var(--line); border-radius:8px; margin:0; }
.choice input { width:20px; height:20px; margin:2px 0 0; accent-color:var(--accent); flex:none; } .choice small { color:var(--soft); display:block; }
.error { background:var(--bad-back); color:var(--bad); padding:10px 12px; border-radius:8px; margin:0 0 16px; }
footer { margin:16px 0; text-align:center; font-size:14px; } a { color:var(--accent); }
`);

/** A whole page. Without a session there is no way back to the application. */
export function connectPage(title: string, content: Html, sealed: string | null): string {
  const back =
    sealed === null
      ? html``
      : html`<a id="return-link" href="/connect/leave?error=user_manually_returned_to_application&amp;s=${sealed}"
          >Return to the application</a
        >`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <link rel="icon" href="data:," />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <main>
          <header><span>Smartcar Connect</span><span class="badge">Simulator</span></header>
          <div class="page-content">${content}</div>
          <footer>${back}</footer>
        </main>
      </body>
    </html>`;
  return page.markup;
}

/** A line that says what went wrong, read out by screen readers. */
export function complaint(sentence: string | null): Html {
  return sentence === null ? html`` : html`<p class="error" role="alert" id="error-message">${sentence}</p>`;
}

/** The session as a hidden field. */
export function hidden(sealed: string): Html {
  return html`<input type="hidden" name="s" value="${sealed}" />`;
}
