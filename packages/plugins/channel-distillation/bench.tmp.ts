import { channelDistillation } from './src/index.ts';
const W=640,H=360;
const frame=(i:number)=>{const data=new Uint8ClampedArray(W*H*4); for(let y=0;y<H;y++)for(let x=0;x<W;x++){const o=(y*W+x)*4;const v=128+60*Math.sin(x/7+Math.sin(y/11))+40*Math.sin(y/5+x/13);data[o]=v;data[o+1]=v*0.8;data[o+2]=255-v;data[o+3]=255;} const bx=200+i*2,by=120+i; for(let y=0;y<60;y++)for(let x=0;x<50;x++){const o=((by+y)*W+bx+x)*4;const v=((x>>3)+(y>>3))%2?220:30+x*2;data[o]=v;data[o+1]=50+y;data[o+2]=v/2;} return {image:{data,width:W,height:H},timestampMs:i*40,index:i};};
const frames=Array.from({length:60},(_,i)=>frame(i));
const grid:any[]=[];
for(const penaltyEdge of [0.3,1,3]) for (const padding of [2.5,3.5,4.5]) for (const distil of [true,false]) grid.push({penaltyEdge,penaltyFloor:0.03,padding,distil});
for (const opts of grid) {
  const t=await channelDistillation(opts).create({runtime:{device:'cpu'} as never});
  await t.init(frames[0]!,{x:200,y:120,width:50,height:60});
  let err=0,lost=0; for(let i=1;i<25;i++){const r=await t.update(frames[i]!); err=Math.max(err,Math.hypot(r.box.x+r.box.width/2-225-2*i,r.box.y+r.box.height/2-150-i)); if(r.state!=='tracking')lost++;}
  console.log(JSON.stringify(opts),'max err',err.toFixed(2),'not tracking',lost);
}
