/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "view/html_style.h"

/* The lines are those of the page, not ours to break. */
/* clang-format off */
static const char style[] =
	":root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--ground:#fff;--tint:#f3f5f8;--line:#d5dae1;"
	"--link:#0a5fc4;--good:#18702f;--bad:#b3261e;--cause:#b04200;--effect:#0a5fc4;--on:#fff2c2}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;--ground:#0d1117;"
	"--tint:#171d26;--line:#303842;--link:#6cb6ff;--good:#66d17f;--bad:#ff7b72;--cause:#ffa657;--effect:#6cb6ff;"
	"--on:#40360d}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;color:var(--ink);background:var(--ground);font:16px/1.55 system-ui,-apple-system,'Segoe UI',"
	"Roboto,'Noto Sans',Helvetica,Arial,sans-serif}\n"
	"main{max-width:1260px;margin:0 auto;padding:2.2rem 1.2rem 5rem}\n"
	"h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}\n"
	"h2{font-size:1.2rem;margin:2.6rem 0 .8rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}\n"
	".lead{max-width:46rem;margin:.4rem 0}.meta{color:var(--soft);font-size:.9rem;margin:.2rem 0 .9rem}\n"
	"code,pre,.mono-cell{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
	"a{color:var(--link)}svg a{color:inherit}\n"
	"figure{margin:0}figcaption{color:var(--soft);font-size:.88rem;margin:.5rem 0}\n"
	".scroll{overflow-x:auto;border:1px solid var(--line);border-radius:10px;padding:.6rem}\n"
	".scroll>svg{display:block;margin:0 auto;max-width:100%;height:auto}\n"
	"details{margin:.6rem 0}summary{cursor:pointer;color:var(--link);font-size:.92rem}\n"
	"pre{overflow-x:auto;background:var(--tint);border-radius:8px;padding:.8rem;font-size:.8rem;line-height:1.35;"
	"margin:.5rem 0}\n"
	".ways{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem 2rem;margin-top:1rem}\n"
	".ways h3{font-size:1rem;margin:0 0 .3rem;display:flex;align-items:center;gap:.5rem}\n"
	".ways ol{margin:0;padding-left:1.7rem;font-size:.9rem}.ways .why{display:block}\n"
	"table{border-collapse:collapse;width:100%;font-size:.88rem}\n"
	"th{text-align:left;color:var(--soft);font-weight:600;font-size:.8rem;white-space:nowrap}\n"
	"th,td{padding:.22rem .6rem;vertical-align:top;overflow-wrap:anywhere}\n"
	"td.time{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft);white-space:nowrap;width:5.2rem}\n"
	"td.time a{color:inherit;text-decoration:none}td.who{white-space:nowrap;width:6rem;overflow-wrap:normal}\n"
	"td.what{white-space:pre-wrap}td.why,.why{color:var(--soft)}td.why{width:24%}\n"
	".story td.what,.story td.who{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
	"font-size:.94em}\n"
	"tr.command td{padding-top:.75rem;font-weight:600}tr.state td.what{font-weight:700}\n"
	"tr.say td.what{font-family:inherit;font-style:italic;font-size:1rem;padding:.8rem .6rem .3rem}\n"
	"tr.output td.what,tr.program td.what{font-size:.82em;color:var(--soft)}tr.error td,.bad{color:var(--bad)}\n"
	".good{color:var(--good)}.verdict{white-space:nowrap;font-weight:600}\n"
	".checks td.time{text-align:left}.checks td{border-top:1px solid var(--line)}tr:target td{background:var(--on)}\n"
	"#why{display:none;position:fixed;left:0;right:0;bottom:0;max-height:38vh;overflow:auto;background:var(--tint);"
	"border-top:2px solid var(--line);padding:.5rem 1.2rem;font-size:.85rem;line-height:1.45}\n"
	"#why dl{max-width:1220px;margin:0 auto;display:grid;grid-template-columns:5.5rem 1fr;gap:.1rem .8rem}\n"
	"#why dt{font-weight:700}#why dd{margin:0;white-space:pre-line;overflow-wrap:anywhere;"
	"font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
	".lit #why{display:block}.c-cause{color:var(--cause)}.c-effect{color:var(--effect)}\n"
	"a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}\n"
	"svg a{outline:none;text-decoration:none;transition:opacity .12s}.lit svg a{opacity:.28}\n"
	".lit svg a.said,.lit svg a.mark,.lit svg a.on,.lit svg a.cause,.lit svg a.effect{opacity:1}\n"
	"svg a.on .a,svg a.on .lost,svg a.on .forged{stroke-width:3.2}svg a.on rect{stroke-width:2.8}\n"
	"svg a.on text{font-weight:700}\n"
	"svg a.cause .a,svg a.cause .forged,svg a.cause .lost,svg a.cause rect{stroke:var(--cause)}\n"
	"svg a.cause .t,svg a.cause .ah{fill:var(--cause)}\n"
	"svg a.effect .a,svg a.effect .forged,svg a.effect .lost,svg a.effect rect{stroke:var(--effect)}\n"
	"svg a.effect .t,svg a.effect .ah{fill:var(--effect)}\n"
	"tr.on td{background:var(--on)}tr.cause td.what{color:var(--cause)}tr.effect td.what{color:var(--effect)}\n"
	"svg.page{display:none}\n"
	"@media (prefers-reduced-motion:reduce){svg a{transition:none}}\n"
	"@media (max-width:640px){main{padding:1.2rem .8rem 5rem}h1{font-size:1.35rem}.scroll{padding:.3rem}"
	".scroll>svg{margin:0}.story thead{display:none}.story,.story tbody{display:block}.story tr{display:grid;"
	"grid-template-columns:4.4rem 1fr;padding:.15rem 0}.story td{padding:.05rem .3rem}.story td.time,.story td.who,"
	".story td.why{width:auto}.story td.time{font-size:.75rem}.story td.what{grid-column:2}.story td.why{"
	"grid-column:2}.checks thead{display:none}.checks,.checks tbody{display:block}.checks tr{display:flex;flex-wrap:wrap;border-top:1px solid var(--line);padding:.3rem 0}.checks td{border:0;padding:.05rem .4rem}.checks td.time{width:3rem}.checks td:not(.time):not(.verdict){flex-basis:100%}.story td.why:empty,.story td.who:empty{display:none}.story tr.command td.what,.story tr.say "
	"td.what{grid-column:1/3;grid-row:1}.story tr.command td.time,.story tr.say td.time{display:none}}\n"
	"@page{margin:14mm 12mm}\n"
	"@media print{body{font-size:10.5pt}figcaption,.meta{font-size:9pt}main{padding:0;max-width:none}#why,details,.hint{display:none}h2{margin-top:1.2rem;"
	"break-after:avoid}.scroll{border:0;padding:0;overflow:visible}.scroll.ladder-frame{height:0;overflow:hidden}svg.page{display:block;width:100%;height:auto;break-inside:avoid;margin:0 auto}"
	".scroll>svg.diagram{width:100%;max-height:235mm}figure.whole{break-inside:avoid}"
	"tr,li{break-inside:avoid}a{color:inherit;text-decoration:none}.ways{break-inside:avoid}"
	"table{font-size:8.5pt}td.why{width:26%}tr.say td.what{font-size:9.5pt}}\n";

/* Each thing that stands for events knows their numbers (data-e) and what caused them (data-c). What is pointed at
 * or has the focus is lit with all that stands for the same events, its causes and its effects; the bar below tells
 * them in the words of the story. */
static const char script[] =
	"\n'use strict';(()=>{\n"
	"const by={},after={},all=[...document.querySelectorAll('[data-e]')],bar=document.getElementById('why');\n"
	"const list=s=>s?s.split(' '):[];\n"
	"const put=(map,key,el)=>(map[key]=map[key]||[]).push(el);\n"
	"for(const el of all){for(const e of list(el.dataset.e))put(by,e,el);"
	"for(const c of list(el.dataset.c))put(after,c,el);}\n"
	"const words=set=>[...set].filter(el=>el.tagName==='TR').map(el=>['.time','.who','.what']"
	".map(c=>el.querySelector(c)?.textContent.trim()).filter(Boolean).join('  ')).slice(0,8).join('\\n');\n"
	"function line(name,kind,set){const text=words(set);if(!text)return;"
	"const t=document.createElement('dt'),d=document.createElement('dd');"
	"t.textContent=name;t.className=d.className=kind;d.textContent=text;bar.firstChild.append(t,d);}\n"
	"let lit=null;\n"
	"function light(el){if(el===lit)return;lit=el;"
	"for(const x of document.querySelectorAll('.on,.cause,.effect'))x.classList.remove('on','cause','effect');"
	"document.body.classList.toggle('lit',!!el);bar.firstChild.replaceChildren();if(!el)return;\n"
	"const on=new Set(list(el.dataset.e).flatMap(e=>by[e]||[])),cause=new Set(),effect=new Set();\n"
	"for(const x of on){for(const c of list(x.dataset.c))for(const y of by[c]||[])if(!on.has(y))cause.add(y);"
	"for(const e of list(x.dataset.e))for(const y of after[e]||[])if(!on.has(y))effect.add(y);}\n"
	"on.forEach(x=>x.classList.add('on'));cause.forEach(x=>x.classList.add('cause'));"
	"effect.forEach(x=>x.classList.add('effect'));\n"
	"line('because','c-cause',cause);line('this','',on);line('so','c-effect',effect);}\n"
	"const find=t=>t instanceof Element?t.closest('[data-e]'):null;\n"
	"document.addEventListener('mouseover',e=>light(find(e.target)||find(document.activeElement)));\n"
	"document.addEventListener('focusin',e=>light(find(e.target)));\n"
	"document.addEventListener('focusout',()=>light(null));\n"
	"document.addEventListener('keydown',e=>{if(e.key==='Escape'){document.activeElement.blur();light(null);}});\n"
	"})();\n";
/* clang-format on */

const char *html_style(void)
{
	return style;
}

const char *html_script(void)
{
	return script;
}

const char *html_script_hash(void)
{
	return "4UwLbq/74+qZMaZayVhS1IwO5Oi9EiXgc16+GkPsKzA=";
}
