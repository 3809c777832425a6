// What all of it looks like, in its shadow root.

/** The button. What is important for the host in its own shadow no rule of the page can override. */
export const SHEET =
  '.b{bottom:max(20px,env(safe-area-inset-bottom));height:56px;cursor:pointer;border:1px solid #0000;width:56px;inset-inline-end:20px;' +
  'padding:14px;position:fixed;background:var(--a);border-radius:28px;color:var(--on);box-shadow:0 4px 16px #0004}' +
  '[aria-busy]{opacity:.5}' +
  ':focus-visible{outline:3px solid CanvasText;box-shadow:0 0 0 6px Canvas}' +
  'svg{fill:none;stroke:currentColor;stroke-width:2}' +
  // `all` first: it takes back what stands before it.
  ':host{all:initial!important;position:fixed!important;display:block!important;z-index:2147483000!important}';

/** The panel's place, the grey shapes before the panel is there, what lies over them when it does not come, and what tells of news. */
export const PANEL_SHEET = `:host([inline]){position:relative!important;z-index:auto!important;width:100%!important;height:100%!important}
*{box-sizing:border-box}
div{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:CanvasText}
button,a{min-height:44px;padding:10px 24px;border:1px solid #0000;border-radius:28px;font:inherit;color:inherit;cursor:pointer}
button{background:var(--a);color:var(--on)}
svg{display:block;width:26px;stroke-linecap:round;stroke-linejoin:round}
.b>:nth-child(2),.o .b>:first-child,[hidden]{display:none}
.o .b>:nth-child(2){display:block}
.p{display:block;position:fixed;inset:auto;bottom:88px;inset-inline-end:20px;margin:0;padding:0;border:0;max-width:none;max-height:none;width:min(400px,100vw - 40px);height:min(640px,100vh - 108px);overflow:hidden;border-radius:16px;background:Canvas;box-shadow:0 0 0 1px #8884,0 12px 48px #0004;visibility:hidden;pointer-events:none;opacity:0;transform:translateY(12px);transition:opacity .15s,transform .15s,visibility .15s}
.o .p{visibility:visible;pointer-events:auto;opacity:1;transform:none}
.f .p{inset:0;width:100%;height:100%;border-radius:0}
.f.o .b{display:none}
.i,.i .p{position:relative;inset:0;width:100%;height:100%;box-shadow:none}
iframe,.c{position:absolute;inset:0;width:100%;height:100%;border:0;background:Canvas}
.c i{display:block;width:60%;height:44px;margin:16px;border-radius:16px;background:#8882;animation:p 1s infinite alternate}
.n{position:absolute;top:-5px;right:-5px;min-width:22px;padding:0 6px;border-radius:11px;background:#c5221f;color:#fff;font-size:12px;line-height:22px}
.s{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.c header{display:flex;justify-content:flex-end;height:65px;padding:10px;background:#8882}
.c header button{padding:9px;background:none;color:inherit}
.c .q{border-color:#8888;background:none;color:inherit}
.c p{display:grid;gap:12px;justify-items:center;padding:40px 24px;text-align:center}
@keyframes p{to{opacity:.5}}
@media(prefers-reduced-motion){*{transition:none!important;animation:none!important}}
@media print{div{display:none}}`;
