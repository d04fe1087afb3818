"""PyTorch's side of the ViT benchmark: one JSON request per line on stdin, one JSON answer per line on stdout.

The process is started once per thread setting, because BLAS and OpenMP read theirs from the environment.
"""
import base64
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', os.cpu_count())))


def tensor(item):
    dtype = torch.int32 if item.get('dtype') == 'int32' else torch.float32
    return torch.frombuffer(bytearray(base64.b64decode(item['data'])), dtype=dtype).reshape(item['shape']).clone()


def forward(c, p, x):
    n, width, heads = x.shape[0], c['width'], c['heads']
    norm = lambda t, k: F.layer_norm(t, (width,), p[k + '.weight'], p[k + '.bias'], 1e-5)
    dense = lambda t, k: F.linear(t, p[k + '.weight'], p[k + '.bias'])
    t = dense(x, 'embed')
    if 'classToken' in p:
        t = torch.cat([p['classToken'].expand(n, 1, width), t], 1)
    t = t + p['position']
    for i in range(c['depth']):
        b = f'blocks.{i}.'
        q, k, v = dense(norm(t, b + 'norm1'), b + 'attention.qkv').view(n, -1, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) * (1 / math.sqrt(width // heads)), -1) @ v
        t = t + dense(a.transpose(1, 2).reshape(n, -1, width), b + 'attention.out')
        t = t + dense(F.gelu(dense(norm(t, b + 'norm2'), b + 'mlp.up')), b + 'mlp.down')
    t = norm(t, 'norm')
    return dense(t[:, 0] if 'classToken' in p else t.mean(1), 'head')


class Model:
    def __init__(self, request):
        self.config = request['config']
        # PyTorch keeps the weights of linear layers as [out, in]; they come as [in, out].
        transposed = lambda name, t: t.t().contiguous() if name.endswith('.weight') and t.dim() == 2 else t
        self.params = {name: transposed(name, tensor(item)) for name, item in request['params'].items()}
        self.x, self.y = tensor(request['x']), tensor(request['y']).long()
        if request['mode'] == 'train':
            o = request['optimizer']
            for t in self.params.values():
                t.requires_grad_()
            groups = [{'params': [t for t in self.params.values() if t.dim() >= 2]}, {'params': [t for t in self.params.values() if t.dim() < 2], 'weight_decay': 0.0}]
            self.optimizer = torch.optim.AdamW(groups, lr=o['learningRate'], weight_decay=o['weightDecay'], foreach=request['foreach'])
            self.once = self.step
        else:
            self.once = self.infer

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(forward(self.config, self.params, self.x), self.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def infer(self):
        with torch.inference_mode():
            logits = forward(self.config, self.params, self.x)
            return F.cross_entropy(logits, self.y).item()

    def infer_only(self):
        with torch.inference_mode():
            return forward(self.config, self.params, self.x)


models = {}
for line in sys.stdin:
    request = json.loads(line)
    if request['do'] == 'make':
        models[request['id']] = Model(request)
        answer = {'torch': torch.__version__}
    elif request['do'] == 'losses':
        answer = {'losses': [models[request['id']].once() for _ in range(request['count'])]}
    elif request['do'] == 'drop':
        models.pop(request['id'], None)
        answer = {'cpuSeconds': time.process_time()}
    else:
        model, times = models[request['id']], []
        once = model.step if request['do'] == 'train' else model.infer_only
        for _ in range(request['count']):
            started = time.perf_counter()
            once()
            times.append((time.perf_counter() - started) * 1e3)
        answer = {'times': times, 'cpuSeconds': time.process_time()}
    print(json.dumps(answer), flush=True)
