/** The one stylesheet of the pages that a person sees without the dashboard. Small, inline, allowed by its hash. */
import { createHash } from 'node:crypto';

export const pageStyle = `
:root{color-scheme:light dark;--page:#f3f5f7;--card:#fff;--text:#1a2330;--quiet:#536071;--line:#dde2e8;--act:#0b57c7;--act-text:#fff;--act-down:#0947a3;--note:#fff6e0;--note-line:#e3bf62;--good:#17693a;--wait:#0b57c7;--harm:#b3261e;--harm-text:#fff;--harm-down:#8f1d17;--warn:#8a5300}
@media (prefers-color-scheme:dark){:root{--page:#10151b;--card:#19202a;--text:#e9edf2;--quiet:#a9b4c2;--line:#2d3744;--act:#8ab8ff;--act-text:#0b1626;--act-down:#a8caff;--note:#2c2614;--note-line:#7a6428;--good:#7fd49f;--wait:#8ab8ff;--harm:#ffb4ab;--harm-text:#3b0907;--harm-down:#ffcdc7;--warn:#f2bd66}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main,header,footer{max-width:36rem;margin:0 auto;padding:0 20px}
header{padding-top:24px;padding-bottom:12px;font-weight:600;color:var(--quiet)}
footer{padding-top:20px;padding-bottom:40px;color:var(--quiet);font-size:15px}
section{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:24px;margin-bottom:16px}
h1{font-size:27px;line-height:1.2;margin:0 0 12px;font-weight:650;letter-spacing:-.01em;text-wrap:balance;overflow-wrap:anywhere}
h2{text-wrap:balance;font-size:17px;line-height:1.35;margin:0 0 8px;font-weight:650;overflow-wrap:anywhere}
p{margin:0 0 12px;overflow-wrap:anywhere}
p:last-child,ul:last-child{margin-bottom:0}
ul{margin:0 0 16px;padding:0 0 0 20px}
li{margin:2px 0}
form{margin:20px 0}
form:last-child{margin-bottom:0}
button{display:block;width:100%;min-height:56px;padding:14px 20px;border:0;border-radius:12px;background:var(--act);color:var(--act-text);font:inherit;font-size:18px;font-weight:650;cursor:pointer;transition:background-color .15s}
button:hover,button:active{background:var(--act-down)}
.second button,a.second{display:block;width:100%;min-height:48px;padding:10px 16px;border:1px solid var(--line);border-radius:12px;background:none;color:var(--act);font-size:16px;font-weight:600;text-align:center;text-decoration:none;line-height:26px}
.second button:hover,a.second:hover{background:var(--page)}
.harm button{background:var(--harm);color:var(--harm-text)}
.harm button:hover,.harm button:active{background:var(--harm-down)}
a{color:var(--act);text-underline-offset:3px}
button:focus-visible,a:focus-visible,summary:focus-visible{outline:3px solid var(--act);outline-offset:3px;border-radius:12px}
.car{color:var(--quiet);font-variant-numeric:tabular-nums}
.quiet{color:var(--quiet);font-size:15px}
.note{background:var(--note);border-color:var(--note-line)}
div.note[hidden]{display:none}
div.note{border:1px solid var(--note-line);border-radius:12px;padding:14px 16px;margin:0 0 16px}
.hint{border-left:4px solid var(--note-line);padding-left:12px}
.state{display:flex;align-items:center;gap:8px;font-weight:650}
.state svg{flex:none;width:22px;height:22px}
.done{color:var(--good)}
.checking,.confirming{color:var(--wait)}
.withdrawn,.ended{color:var(--quiet)}
.broken{color:var(--warn)}
.plate{font-size:21px;font-weight:650;font-variant-numeric:tabular-nums}
.words{min-height:8.5rem}
#state .state{font-size:21px;line-height:1.25;margin-bottom:8px}
form.act{margin:12px 0}
.act button{min-height:84px;font-size:24px;transition:none;border:2px solid var(--act)}
.act .other{background:none;color:var(--act)}
.act .other:hover,.act .other:active{background:var(--page)}
.act button:disabled{background:var(--page);border-color:var(--line);color:var(--quiet);cursor:default}
details{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:4px 24px;margin-bottom:16px}
summary{min-height:48px;padding:10px 0;font-weight:650;cursor:pointer;color:var(--act)}
details.needed{background:var(--note);border-color:var(--note-line)}
.needed summary{color:var(--text);font-size:21px}
details[open]{padding-bottom:20px}
details section{border:0;padding:0;background:none}
.large{font-size:19px}
.facts{padding:4px 24px 24px}
a.call{display:block;min-height:64px;padding:18px 16px;border-radius:12px;background:var(--act);color:var(--act-text);font-size:20px;font-weight:650;text-align:center;text-decoration:none;line-height:28px}
a.call:hover{background:var(--act-down)}
.two{display:grid;gap:16px 24px;margin-bottom:16px}
.two .quiet{margin-bottom:4px}
@media (min-width:34rem){.two{grid-template-columns:1fr 1fr}section{padding:28px 32px}header{padding-top:48px}}
@media (prefers-reduced-motion:reduce){*{transition:none}}
`.trim();

/** For `style-src` of the Content-Security-Policy: a browser then accepts this stylesheet and no other inline one. */
export const pageStyleHash = `'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`;
