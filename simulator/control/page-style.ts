/** The fault page's style sheet and its only script. */
import { raw } from '../html.ts';

export const pageStyle = raw(`
:root { color-scheme: light dark; --page:#f3f5f7; --card:#fff; --ink:#17212b; --soft:#566471; --line:#d8dfe5; --accent:#0b6b74; --on-accent:#fff; --bad:#9a1f1f; --bad-back:#fdebea; --good:#1d6b3a; --badge:#704500; --badge-back:#ffedc9; }
@media (prefers-color-scheme: dark) { :root { --page:#11161b; --card:#1a2129; --ink:#e6ebef; --soft:#a2afba; --line:#313c47; --accent:#4fbcc6; --on-accent:#062226; --bad:#ffb1aa; --bad-back:#41211f; --good:#86d9a5; --badge:#ffdb99; --badge-back:#423213; } }
* { box-sizing:border-box } body { margin:0; background:var(--page); color:var(--ink); font:14px/1.45 system-ui,sans-serif; }
header,main { max-width:1280px; margin:0 auto; padding:12px 16px; } header { display:flex; flex-wrap:wrap; gap:8px 16px; align-items:baseline; }
h1 { font-size:20px; margin:0; } h2 { font-size:16px; margin:28px 0 8px; } a { color:var(--accent); } nav { display:flex; flex-wrap:wrap; gap:12px; } .soft,small { color:var(--soft); font-size:12px; }
.badge { background:var(--badge-back); color:var(--badge); border-radius:99px; padding:1px 9px; font-weight:600; font-size:12px; }
.figures { display:flex; flex-wrap:wrap; gap:8px; margin:8px 0 0; padding:0; list-style:none; } .figures li { background:var(--card); border:1px solid var(--line); border-radius:8px; padding:6px 12px; } .figures b { font-size:18px; font-variant-numeric:tabular-nums; }
.panel { background:var(--card); border:1px solid var(--line); border-radius:8px; padding:12px; } .scroll { overflow-x:auto; }
table { width:100%; border-collapse:collapse; background:var(--card); border:1px solid var(--line); border-radius:8px; } th,td { text-align:left; padding:6px 10px; border-bottom:1px solid var(--line); vertical-align:top; } th { font-size:12px; color:var(--soft); font-weight:600; position:sticky; top:0; background:var(--card); z-index:1; } .cars td:last-child { width:1%; min-width:310px; } .num { text-align:right; font-variant-numeric:tabular-nums; }
code { font:12px ui-monospace,monospace; overflow-wrap:anywhere; } form { display:inline-flex; flex-wrap:wrap; gap:6px; margin:0 0 4px; align-items:center; }
select,input,button { font:inherit; min-height:32px; border:1px solid var(--line); border-radius:6px; background:var(--page); color:var(--ink); padding:3px 8px; max-width:100%; } select { max-width:220px; } button { cursor:pointer; } button.primary { background:var(--accent); color:var(--on-accent); border-color:var(--accent); }
.fault { background:var(--bad-back); color:var(--bad); border-radius:6px; padding:1px 4px 1px 8px; display:inline-flex; gap:4px; align-items:center; margin:0 4px 4px 0; } .fault button { min-height:24px; border:0; background:transparent; color:inherit; font-weight:700; padding:0 6px; }
.good { color:var(--good); } .bad { color:var(--bad); } :focus-visible { outline:3px solid var(--accent); outline-offset:1px; } .notice { background:var(--bad-back); color:var(--bad); padding:8px 12px; border-radius:8px; }
.panel form { display:block; } .panel button { margin-top:12px; } .grid { display:grid; grid-template-columns:repeat(auto-fill,minmax(230px,1fr)); gap:8px; } .grid label { display:block; font-size:12px; color:var(--soft); } .grid select,.grid input { width:100%; max-width:none; }
@media (max-width:760px) { .cars thead { display:none; } .cars,.cars tbody,.cars tr,.cars td { display:block; width:100%; } .cars tr { border-bottom:6px solid var(--page); } .cars td { border:0; padding:3px 10px; } select,input,button { min-height:40px; } }
`);

// Looks again every five seconds, but never under somebody's hands.
export const pageScript = raw(
  `<script>setInterval(async()=>{const a=document.activeElement;if(document.hidden||(a&&/SELECT|INPUT|BUTTON/.test(a.tagName)))return;try{const r=await fetch(location.href);if(!r.ok)return;const d=new DOMParser().parseFromString(await r.text(),'text/html');document.querySelector('main').replaceChildren(...d.querySelector('main').childNodes)}catch{}},5000)</script>`,
);
