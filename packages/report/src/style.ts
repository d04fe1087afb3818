/** The page's only style sheet. System fonts; colours pass WCAG AA on their grounds in both schemes. */
export const style: string = `
:root{--ground:#f5f5f2;--sheet:#fff;--ink:#17191c;--dim:#5a606a;--line:#dfe0dc;--soft:#ecedea;--good:#136b43;--good-soft:#e2f1e8;--bad:#b01e2e;--bad-soft:#fbe6e6;--unsure:#7d5200;--unsure-soft:#fbefd5;--none:#4e5560;--none-soft:#e9eaec;--bar:#8b93a0;--accent:#2b4c7e}
@media (prefers-color-scheme:dark){:root{--ground:#101214;--sheet:#191c1f;--ink:#eceef0;--dim:#a2a9b3;--line:#30353a;--soft:#24282c;--good:#63cf98;--good-soft:#15322480;--bad:#ff8a8a;--bad-soft:#45191d80;--unsure:#f0bd5a;--unsure-soft:#3c2c0c80;--none:#b4bbc5;--none-soft:#2a2e33;--bar:#6d7683;--accent:#9cbcf0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1,h2,h3,p,ul,dl,dd,figure{margin:0}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.02em;font-weight:650}
h2{font-size:1.2rem;line-height:1.35;font-weight:650;overflow-wrap:anywhere}
h3{font-size:.8rem;font-weight:600;letter-spacing:.05em;text-transform:uppercase;color:var(--dim);margin-bottom:.75rem}
.dim,.media,.facts,.legend,figcaption{color:var(--dim)}
.media,.facts,.legend,figcaption{font-size:.85rem}
.hash{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.72rem;overflow-wrap:anywhere}
.num{white-space:nowrap}
small{color:var(--dim);font-size:.85em}
.icon{width:1.15em;height:1.15em;flex:none}
.good{--tone:var(--good);--tone-soft:var(--good-soft)}.bad{--tone:var(--bad);--tone-soft:var(--bad-soft)}
.unsure{--tone:var(--unsure);--tone-soft:var(--unsure-soft)}.none{--tone:var(--none);--tone-soft:var(--none-soft)}
.top{margin-bottom:2rem}
.brand{display:flex;align-items:center;gap:.5rem;font-weight:650;letter-spacing:-.01em;color:var(--accent);margin-bottom:1.5rem}
.brand svg{width:1.5rem;height:1.5rem}
.warning{margin-top:1rem;padding:.6rem .9rem;border-radius:.5rem;background:var(--unsure-soft);color:var(--unsure)}
.counts{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;margin:1.5rem 0 .75rem}
.count{display:inline-flex;align-items:center;gap:.4rem;color:var(--tone)}
nav{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th{text-align:left;font-size:.78rem;font-weight:600;color:var(--dim);padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
td.wide{width:26%;min-width:5rem;padding-right:0}
a{color:inherit;text-decoration-color:var(--dim);text-underline-offset:.2em}
a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.badge{display:inline-flex;align-items:center;gap:.35rem;padding:.12rem .6rem .12rem .4rem;border-radius:99px;background:var(--tone-soft);color:var(--tone);font-size:.82rem;font-weight:600;white-space:nowrap}
.input,.meaning,.cards{background:var(--sheet);border:1px solid var(--line);border-radius:.9rem;padding:1.5rem;margin-top:1.5rem}
.input>header{display:flex;gap:.9rem;align-items:baseline}
.number{flex:none;color:var(--dim);font-weight:600;min-width:1.1rem}
.input section{margin-top:2rem}
.verdict{margin:1.25rem -1.5rem 0;padding:1.5rem;background:var(--tone-soft)}
.verdict.with-still{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,17rem);gap:1.75rem;align-items:center}
.word{display:flex;align-items:center;gap:.6rem;color:var(--tone);font-size:1.9rem;font-weight:680;letter-spacing:-.015em;line-height:1.2}
.sentence{margin-top:.5rem;max-width:44rem}
.total{display:flex;align-items:center;gap:1.1rem;margin:1.1rem 0 1.3rem}
.figure{font-size:1.5rem;font-weight:650;color:var(--tone)}
.meter{position:relative;height:.5rem;border-radius:99px;background:var(--soft);box-shadow:inset 0 0 0 1px var(--line);min-width:4rem;flex:1}
.meter.large{height:.75rem;background:var(--sheet)}
.meter .fill{position:absolute;inset:0 auto 0 0;border-radius:99px;background:var(--tone);min-width:.3rem}
.meter .mark{position:absolute;top:-.22rem;bottom:-.22rem;width:2px;margin-left:-1px;background:var(--ink);border-radius:1px;box-shadow:0 0 0 1.5px var(--sheet)}
.meter .scale{position:absolute;top:1.05rem;left:0;right:0;display:flex;justify-content:space-between;font-size:.76rem;color:var(--dim);line-height:1}
.meter .scale .at{position:absolute;transform:translateX(-50%);white-space:nowrap;color:var(--ink)}
.still>div{position:relative;border-radius:.5rem;overflow:hidden;background:var(--soft)}
.still img{display:block;width:100%;height:100%;object-fit:cover}
.still svg{position:absolute;inset:0;width:100%;height:100%}
.still rect{fill:none;stroke:#fff}.still .over rect{stroke:#ff5c5c}
.still figcaption{margin-top:.35rem}
.models{display:grid;gap:.25rem}
.model{display:grid;grid-template-columns:minmax(10rem,1.25fr) minmax(5rem,1fr) 6.5rem 8.6rem;gap:.4rem 1.1rem;align-items:center;padding:.55rem 0;border-top:1px solid var(--line)}
.model:first-child{border-top:0}
.model .name span{display:block;font-size:.85rem;color:var(--dim);line-height:1.35}
.model .why{grid-column:span 2;font-size:.88rem}
.model .badge{justify-self:end}
.track{margin-bottom:.9rem}
.track figcaption{margin-bottom:.4rem}.track figcaption b{color:var(--ink)}
.plot{position:relative;margin-right:2.4rem}
.plot svg{display:block;width:100%;height:7rem;border-radius:.35rem}
.ground{fill:var(--soft)}
.bar .hit{fill:transparent}.bar:hover .hit{fill:var(--ink);fill-opacity:.08}
.bar.under .value{fill:var(--bar)}.bar.over .value{fill:var(--bad)}
.threshold{stroke:var(--ink);stroke-width:1.25px;stroke-dasharray:5 4}
.threshold-label{position:absolute;left:100%;margin-left:.4rem;transform:translateY(-50%);font-size:.78rem;line-height:1}
.axis{position:relative;height:1.1rem;margin-right:2.4rem;font-size:.76rem;color:var(--dim)}
.axis span{position:absolute;white-space:nowrap}
.axis span+span{transform:translateX(-50%)}
.moments{display:grid;grid-template-columns:repeat(auto-fill,minmax(12.4rem,1fr));gap:1.1rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:2px;border-radius:.5rem;overflow:hidden;background:var(--soft)}
.pair img{display:block;width:100%;height:auto;aspect-ratio:1}
.no-heat{display:grid;place-items:center;text-align:center;padding:.75rem;font-size:.8rem;color:var(--dim)}
.moment figcaption{display:flex;flex-wrap:wrap;gap:0 .75rem;margin-top:.4rem}.moment figcaption b{color:var(--ink)}
.over{color:var(--bad)}
.moment figcaption :last-child{margin-left:auto;font-weight:600}
.legend{margin-top:.9rem}
.ramp{display:inline-block;vertical-align:middle;width:5rem;height:.6rem;border-radius:99px;margin-right:.35rem}
.zones{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.4rem 2rem}
.zones>div{display:grid;grid-template-columns:9.5rem 1fr;align-items:center;gap:.75rem}
.zones dt{font-size:.92rem}
.zones dd{display:flex;align-items:center;gap:.6rem}
.track-bar{flex:1;height:.4rem;border-radius:99px;background:var(--soft)}
.track-bar span{display:block;height:100%;border-radius:99px;background:var(--accent);min-width:2px}
.zones .num{width:3rem;text-align:right;font-size:.88rem}
.facts{margin-top:1.75rem;padding-top:.9rem;border-top:1px solid var(--line)}
.meaning p,.meaning ul{margin-top:.75rem;max-width:46rem}
ul{padding-left:1.15rem}li{margin-top:.35rem}
details{margin-top:1rem;border-top:1px solid var(--line);padding-top:1rem}
summary{cursor:pointer}
.card{margin-top:.9rem;font-size:.92rem}
.card dl>div{display:grid;grid-template-columns:8rem 1fr;gap:1rem;padding:.3rem 0}
.card dt{color:var(--dim)}.card dd{overflow-wrap:anywhere}
.card>p{margin-top:.6rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88em;overflow-wrap:anywhere}
.url{color:var(--dim);overflow-wrap:anywhere}
footer{margin-top:2rem;color:var(--dim);font-size:.82rem}
.tiles .pair{display:flex;flex-wrap:wrap;gap:.6rem;background:none}.tiles .pair img{width:auto;max-width:min(100%,24rem);aspect-ratio:auto;border-radius:.4rem}.tiles figcaption{margin-top:.4rem}
.curve-plot svg{width:100%;max-width:44rem;height:auto;font-size:11px;fill:var(--dim)}.curve-plot .grid{stroke:var(--line)}.curve-plot polyline{fill:none}.curve-plot .own{stroke:var(--ink);stroke-width:2.5}.curve-plot .first{stroke:var(--good);stroke-width:2;stroke-dasharray:7 3}.curve-plot .second{stroke:var(--bad);stroke-width:2;stroke-dasharray:2 3}.curve-plot .third{stroke:var(--accent);stroke-width:2}
.keys{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;margin:.3rem 0 0}.keys svg{width:28px;height:8px;margin-right:.4rem}.methods{margin:0;padding-left:1.1rem}
@media (max-width:42rem){main{padding:1.5rem .9rem 3rem}h1{font-size:1.6rem}.input,.meaning,.cards{padding:1.1rem}.verdict{margin-inline:-1.1rem;padding:1.1rem}.verdict.with-still{grid-template-columns:1fr}.model{grid-template-columns:1fr auto}.model .name{grid-column:1/-1}.model .badge{grid-column:1/-1;justify-self:start}.card dl>div{grid-template-columns:1fr;gap:0}.moments{grid-template-columns:1fr 1fr;gap:.9rem}.moment figcaption{gap:0 .5rem}.zones{grid-template-columns:1fr}td.wide{display:none}td.dim{overflow-wrap:normal;font-size:.78rem}}
@media print{:root{--ground:#fff;--sheet:#fff;--ink:#000;--dim:#444;--line:#ccc;--soft:#eee;--good:#136b43;--good-soft:#f3faf5;--bad:#b01e2e;--bad-soft:#fdf3f3;--unsure:#7d5200;--unsure-soft:#fdf7e8;--none:#4e5560;--none-soft:#f3f3f4;--bar:#8b93a0;--accent:#2b4c7e}body{font-size:10.5pt}main{max-width:none;padding:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}.input{break-before:auto}.verdict,.moment,.track,.model,.card,.meaning{break-inside:avoid}.bar .hit{display:none}a{text-decoration:none}}
.people{display:grid;gap:1rem;margin-top:1.25rem}
.person{display:grid;grid-template-columns:auto auto minmax(0,1fr);gap:1.25rem;align-items:center;padding:1rem;border-radius:.7rem;background:var(--tone-soft)}
.person figure img{display:block;width:6.5rem;height:6.5rem;object-fit:cover;border-radius:.5rem}
.person .nobody{display:grid;place-items:center;width:6.5rem;height:6.5rem;border:1px dashed var(--line);border-radius:.5rem;color:var(--dim);font-size:.8rem;text-align:center}
.person .who{color:var(--tone);font-size:1.25rem;font-weight:650;overflow-wrap:anywhere}
@media (max-width:34rem){.person{grid-template-columns:auto 1fr}.person>div:last-child{grid-column:1/-1}}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem}
.maps img{display:block;width:100%;min-height:8rem;max-height:24rem;object-fit:contain;background:var(--soft);border-radius:.5rem;image-rendering:auto}
.maps figcaption{margin-top:.35rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1.5rem}
.plot-pair figcaption{display:flex;justify-content:space-between;gap:0 1rem;flex-wrap:wrap;margin-bottom:.4rem}.plot-pair b{color:var(--ink)}
.plot-pair svg{display:block;width:100%;height:10rem;background:var(--soft);border-radius:.4rem}
.plot-pair polyline{fill:none;stroke-width:2}.plot-pair .own{stroke:var(--accent)}.plot-pair .chance{stroke:var(--bar);stroke-dasharray:5 4}
.ends{display:flex;justify-content:space-between;font-size:.76rem;color:var(--dim);margin-top:.25rem}
.legend .key{display:inline-block;width:1.6rem;border-top:2px solid var(--accent);vertical-align:middle;margin:0 .3rem 0 .8rem}.legend .key.chance{border-top:2px dashed var(--bar)}
`;
