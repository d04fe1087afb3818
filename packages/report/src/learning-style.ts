/** Of the pages about learning, after the common sheet. */
export const learningStyle: string = `
.input section.opening{margin-top:0}
div.matrix,.scroll{overflow-x:auto}.scroll td:nth-child(2){min-width:11rem}
h4{margin:1.5rem 0 .25rem;font-size:.92rem}
.sessions{margin-bottom:1.5rem}.sessions figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin-bottom:.6rem}.sessions b{color:var(--ink)}
.sessions .key{display:inline-flex;align-items:center;gap:.45rem}.sessions .key i{width:1.1rem;height:.2rem;border-radius:99px;background:var(--tone)}
.all{--tone:var(--accent)}.first{--tone:var(--good)}.later{--tone:var(--unsure)}
.chart{position:relative;margin-right:3.2rem}.chart svg{display:block;width:100%;height:15rem;overflow:visible}
.chart .grid{stroke:var(--line)}.chart .line{fill:none;stroke:var(--tone);stroke-width:2}.chart .line.all{stroke-width:3}
.dot{position:absolute;width:.55rem;height:.55rem;margin:-.275rem 0 0 -.275rem;border-radius:99px;background:var(--tone);box-shadow:0 0 0 2px var(--sheet)}
.level{position:absolute;left:100%;margin-left:.5rem;transform:translateY(-50%);font-size:.78rem;color:var(--dim);white-space:nowrap}
.names{position:relative;height:1.6rem;margin-right:3.2rem;font-size:.78rem;color:var(--dim)}
.names span{position:absolute;top:.35rem;transform:translateX(-50%);max-width:6rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.names span:first-child{transform:none}.names span:last-child:not(:first-child){transform:translateX(-100%)}
.matrix table{width:auto;font-size:.8rem;border-collapse:separate;border-spacing:1px}
.matrix thead th{height:7rem;vertical-align:bottom;border:0;padding:0 0 .35rem}.matrix thead th span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:6.5rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.matrix thead td,.matrix tbody th{border:0}.matrix tbody th{padding:0 .6rem 0 0;text-align:right;white-space:nowrap;max-width:9rem;overflow:hidden;text-overflow:ellipsis}
.matrix tbody td{width:1.9rem;min-width:1.9rem;height:1.75rem;padding:0;border:0;border-radius:.2rem;text-align:center;background:color-mix(in srgb,var(--tone) calc(var(--share)*100%),var(--soft))}
.matrix .right{--tone:var(--good);fill:var(--good)}.matrix .wrong{--tone:var(--bad);fill:var(--bad)}.matrix .full{color:var(--sheet)}
svg.matrix{display:block;width:100%;max-width:38rem;aspect-ratio:1;background:var(--soft);border-radius:.35rem}
.kept{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.6rem,1fr));gap:1rem;margin-top:1rem}
.kept figure>div,.beside>div{display:flex;gap:3px}.kept img,.beside img{display:block;width:4rem;height:4rem;border-radius:.3rem;image-rendering:pixelated}
.kept figcaption,.beside figcaption{margin-top:.3rem;overflow-wrap:anywhere}
.look{display:grid;grid-template-columns:9rem minmax(0,1fr) auto;gap:1.25rem;align-items:center;padding:1rem 0;border-top:1px solid var(--line)}.look:first-child{border-top:0;padding-top:0}
.look>figure:first-child img{display:block;width:9rem;height:9rem;object-fit:contain;border-radius:.5rem;background:var(--soft)}.look figcaption{overflow-wrap:anywhere}
.look .who{font-size:1.25rem;font-weight:650;color:var(--accent);margin-bottom:.5rem;overflow-wrap:anywhere}
.look dl>div{display:grid;grid-template-columns:minmax(0,9rem) 1fr;gap:.75rem;align-items:center;font-size:.92rem}.look dt{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.look dd{display:flex;gap:.6rem;align-items:center}.look .num{width:3rem;text-align:right;font-size:.88rem}
@media (max-width:42rem){.look{grid-template-columns:7rem minmax(0,1fr)}.look>figure:first-child img{width:7rem;height:7rem}.beside{grid-column:1/-1}}
`;
